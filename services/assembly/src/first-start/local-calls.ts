import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService, type PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { inProcessTransport } from "@atlas/platform/access/in-process-transport";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { FirstStartCalls } from "./first-start.ts";
import { firstStartCalls } from "./first-start-calls.ts";

/** Milliseconds that a call may take. */
const PATIENCE = { timeoutMs: 30_000 };

/** The platform's own methods for whoever started it, by the local key. */
export interface LocalCalls extends FirstStartCalls {
  instruments(): Promise<readonly Instrument[]>;
  /** Path and fragment of a new login link of the caller's. */
  loginLink(): Promise<string>;
  /** Plays a recorded market until it ends, or `signal` does. */
  play(steps: AsyncIterable<MessageInitShape<typeof PlayRecordingRequestSchema>>, signal: AbortSignal): Promise<void>;
}

/** Calls the handlers as a client would, without a socket. */
export function localCalls(handlers: readonly UniversalHandler[], key: string): LocalCalls {
  const transport = inProcessTransport(handlers, { authorization: `Bearer ${key}` });
  const instruments = createClient(InstrumentService, transport);
  const market = createClient(MarketService, transport);
  const identity = createClient(IdentityService, transport);
  return {
    ...firstStartCalls(transport),
    instruments: async () => (await instruments.listInstruments({ pageSize: 1_000 }, PATIENCE)).instruments,
    loginLink: async () => (await identity.createLoginLink({}, PATIENCE)).path,
    play: async (steps, signal) => {
      await market.playRecording(steps, { signal });
    },
  };
}
