import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { SubscribeRequest, SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Caller } from "@atlas/platform/access/caller";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { isOfMarket } from "./check-subscriptions.ts";
import { ClientStream } from "./client-stream.ts";
import { groupOf } from "./market-groups.ts";
import { MarketPlaces } from "./market-places.ts";
import type { StreamContext } from "./stream-context.ts";

/** Opens streams, and ends all of them when the gateway stops. */
export class StreamDesk {
  readonly #context: StreamContext;
  readonly #places = new MarketPlaces();
  /** With what gives back its places. */
  readonly #open = new Map<ClientStream, () => void>();

  constructor(context: StreamContext) {
    this.#context = context;
  }

  /**
   * Everything that a client watches, to be taken by a transport of our own; it ends it with the caller's credential. Throws a
   * `RefusalError`, and leaves nothing behind, when the request cannot be served.
   */
  readonly open = (caller: Caller, request: SubscribeRequest): ClientStream => {
    const stream: ClientStream = new ClientStream(request, this.#context, () => this.#forget(stream));
    this.#open.set(stream, this.#places.take(caller.principal.userId, groupsOf(request)));
    this.#count();
    stream.start();
    return stream;
  };

  /** The same for connect's handler. */
  async *subscribe(caller: Caller, request: SubscribeRequest, signal: AbortSignal): AsyncGenerator<SubscribeResponse> {
    const stream = this.open(caller, request);
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
    for (const stream of [...this.#open.keys()]) stream.end(refusal(Reason.NOT_READY, "the platform is stopping"));
  }

  #forget(stream: ClientStream): void {
    const leave = this.#open.get(stream);
    if (leave === undefined) return;
    this.#open.delete(stream);
    leave();
    this.#count();
  }

  #count(): void {
    this.#context.metrics.streams(this.#open.size);
  }
}

function groupsOf({ subscriptions }: SubscribeRequest): ReadonlySet<string> {
  return new Set(subscriptions.filter(({ channel }) => isOfMarket(channel)).map(groupOf));
}
