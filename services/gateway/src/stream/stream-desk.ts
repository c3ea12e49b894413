import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { SubscribeRequest, SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { ClientStream } from "./client-stream.ts";
import type { StreamContext } from "./stream-context.ts";

/** Opens streams, and ends all of them when the gateway stops. */
export class StreamDesk {
  readonly #context: StreamContext;
  readonly #open = new Set<ClientStream>();

  constructor(context: StreamContext) {
    this.#context = context;
  }

  /** Everything that a client watches, until it goes away; the edge ends it with the caller's credential. */
  async *subscribe(request: SubscribeRequest, signal: AbortSignal): AsyncGenerator<SubscribeResponse> {
    const stream = new ClientStream(request, this.#context);
    const close = () => stream.close();
    signal.addEventListener("abort", close);
    this.#open.add(stream);
    this.#count();
    try {
      if (!signal.aborted) yield* stream.responses();
    } finally {
      signal.removeEventListener("abort", close);
      stream.close();
      this.#open.delete(stream);
      this.#count();
    }
  }

  stop(): void {
    for (const stream of [...this.#open]) stream.end(refusal(Reason.NOT_READY, "the platform is stopping"));
  }

  #count(): void {
    this.#context.metrics.streams(this.#open.size);
  }
}
