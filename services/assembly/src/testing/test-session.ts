import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import {
  type TradeRequest,
  TradeRequestSchema,
  type TradeResponse,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { Caller } from "@atlas/platform/access/caller";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { SessionSink, TradeSession } from "@atlas/platform/session/trade-session";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { GatewayPlatform } from "./gateway-platform.ts";

type Request = MessageInitShape<typeof TradeRequestSchema>["request"];

/** A client's end of a session, without a wire in between. */
export class TestSession implements SessionSink {
  readonly responses: TradeResponse[] = [];
  bufferedBytes = 0;
  holding = false;
  ended: { readonly error: RefusalError | undefined } | undefined;
  readonly #session: TradeSession;
  #sequence = 0n;

  constructor(platform: GatewayPlatform, caller: Caller) {
    this.#session = platform.gateway.openTradeSession(caller, this);
  }

  /** Sends a request under the next number, or another one. */
  ask(request: Request, clientSequence = this.#sequence + 1n): bigint {
    this.#sequence = clientSequence;
    const message: TradeRequest = create(TradeRequestSchema, { clientSequence, request });
    this.#session.receive(message);
    return clientSequence;
  }

  finish(): void {
    this.#session.finish();
  }

  abort(): void {
    this.#session.abort();
  }

  answerTo(clientSequence: bigint): TradeResponse["response"] | undefined {
    return this.responses.find((response) => response.clientSequence === clientSequence)?.response;
  }

  reports(): ExecutionReport[] {
    return this.responses.flatMap(({ response }) => (response.case === "report" ? [response.value] : []));
  }

  send(response: TradeResponse): void {
    this.responses.push(response);
  }

  hold(): void {
    this.holding = true;
  }

  release(): void {
    this.holding = false;
  }

  end(error: RefusalError | undefined): void {
    this.ended = { error };
  }
}
