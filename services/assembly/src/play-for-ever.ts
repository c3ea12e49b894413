import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { MessageInitShape } from "@bufbuild/protobuf";

type Step = MessageInitShape<typeof PlayRecordingRequestSchema>;

/** A recorded market, one request a step, at the pace at which it happened, until it ends or `signal` does. */
export type Recording = (signal: AbortSignal) => AsyncIterable<Step>;

interface Player {
  readonly recording: Recording;
  /** Plays until the steps end or `signal` does; rejects when it breaks off before. */
  readonly play: (steps: AsyncIterable<Step>, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly warn: (message: string, facts: Readonly<Record<string, string>>) => void;
}

/** Milliseconds from a recording that broke off to the next try. */
const PAUSE = 1_000;

/**
 * Plays the recording from its beginning, again and again, until `signal`: after a failure, too, and when a client's own
 * recording, to which this one gives way, is over.
 */
export async function playForEver({ recording, play, clock, warn }: Player, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const turn = new AbortController();
    try {
      await play(givingWay(recording(AbortSignal.any([signal, turn.signal]))), signal);
      continue;
    } catch (error) {
      // The place is another recording's: that is no failure.
      const isExpected = signal.aborted || refusalOf(error)?.reason === Reason.CONFLICT;
      if (!isExpected) warn("the recorded market broke off; it begins anew", { reason: (error as Error).message });
    } finally {
      turn.abort();
    }
    await pause(clock, signal);
  }
}

async function* givingWay(steps: AsyncIterable<Step>): AsyncGenerator<Step> {
  for await (const step of steps) yield { ...step, givesWay: true };
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(PAUSE, end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
