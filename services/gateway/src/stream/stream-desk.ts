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

  /** Everything that a client watches, to be taken by a transport of our own; it ends it with the caller's credential. */
  readonly open = (request: SubscribeRequest): ClientStream => {
    const stream: ClientStream = new ClientStream(request, this.#context, () => this.#forget(stream));
    this.#open.add(stream);
    this.#count();
    stream.start();
    return stream;
  };

  /** The same for connect's handler. */
  async *subscribe(request: SubscribeRequest, signal: AbortSignal): AsyncGenerator<SubscribeResponse> {
    const stream = this.open(request);
    const close = () => stream.close();
    signal.addEventListener("abort", close);
    try {
      if (!signal.aborted) yield* stream.responses();
    } finally {
      signal.removeEventListener("abort", close);
      stream.close();
    }
  }

  stop(): void {
    for (const stream of [...this.#open]) stream.end(refusal(Reason.NOT_READY, "the platform is stopping"));
  }

  #forget(stream: ClientStream): void {
    if (this.#open.delete(stream)) this.#count();
  }

  #count(): void {
    this.#context.metrics.streams(this.#open.size);
  }
}
