import type {
  OrderSessionService,
  TradeRequest,
  TradeResponse,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { type Caller, callerOf } from "../access/caller.ts";
import { type RefusalError, toConnectError } from "../refusal/refusal-error.ts";
import type { OpenTradeSession, SessionSink, TradeSession } from "./trade-session.ts";

/** What a response is taken to weigh. */
const USUAL_RESPONSE = 256;

/**
 * Sessions over connect's own handler, for the forms of the protocols that the fast one leaves out: JSON, gRPC-Web,
 * compression, and callers in the same process.
 */
export function tradeImplementation(open: OpenTradeSession<Caller>): ServiceImpl<typeof OrderSessionService> {
  return {
    async *trade(requests: AsyncIterable<TradeRequest>, context: HandlerContext) {
      const sink = new QueueSink();
      const session = open(callerOf(context), sink);
      const abort = () => sink.abort(session);
      context.signal.addEventListener("abort", abort, { once: true });
      void pump(requests, session, sink);
      try {
        yield* sink.responses();
      } finally {
        context.signal.removeEventListener("abort", abort);
        sink.abort(session);
      }
    },
  };
}

/** Reads as long as the session wants more. Never rejects. */
async function pump(requests: AsyncIterable<TradeRequest>, session: TradeSession, sink: QueueSink): Promise<void> {
  try {
    for await (const request of requests) {
      if (sink.over) return;
      session.receive(request);
      await sink.room();
    }
    if (!sink.over) session.finish();
  } catch (error) {
    sink.fail(session, error);
  }
}

/** Holds what the session sends until connect takes it. */
class QueueSink implements SessionSink {
  over = false;
  #queue: TradeResponse[] = [];
  #error: unknown;
  #wake = Promise.withResolvers<void>();
  #held: PromiseWithResolvers<void> | undefined;

  get bufferedBytes(): number {
    return this.#queue.length * USUAL_RESPONSE;
  }

  send(response: TradeResponse): void {
    if (this.over) return;
    this.#queue.push(response);
    this.#wake.resolve();
  }

  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  end(error: RefusalError | undefined): void {
    this.#stop(error);
  }

  abort(session: TradeSession): void {
    if (this.over) return;
    this.#stop(undefined);
    session.abort();
  }

  /** The client's messages broke off: an error of ours ends the session, anything else is the client's going. */
  fail(session: TradeSession, error: unknown): void {
    if (this.over) return;
    this.#stop(error);
    session.abort();
  }

  room(): Promise<void> | undefined {
    return this.#held?.promise;
  }

  async *responses(): AsyncGenerator<TradeResponse> {
    while (true) {
      const batch = this.#queue;
      this.#queue = [];
      yield* batch;
      if (this.#queue.length > 0) continue;
      if (this.over) break;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
    if (this.#error !== undefined) throw toConnectError(this.#error);
  }

  #stop(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.#error = error;
    this.release();
    this.#wake.resolve();
  }
}
