import { Channel, type SubscribeRequest, type SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { ResponseSource, WaitingResponse } from "@atlas/platform/session/response-source";
import { timestampOf } from "@atlas/platform/wire/time";
import { AccountFeed } from "./account-feed.ts";
import { checkSubscriptions, isPrivate } from "./check-subscriptions.ts";
import type { Feed, StreamOutput } from "./feed.ts";
import { MarketFeed } from "./market-feed.ts";
import { NoticeFeed } from "./notice-feed.ts";
import { ResponseQueue } from "./response-queue.ts";
import { HEARTBEAT, responseOf } from "./responses.ts";
import type { StreamContext } from "./stream-context.ts";

const HEARTBEAT_INTERVAL = 1_000;

/** One `Subscribe` stream: feeds put in, one reader takes out. */
export class ClientStream implements StreamOutput, ResponseSource {
  readonly #context: StreamContext;
  readonly #queue: ResponseQueue;
  readonly #feeds: readonly Feed[];
  readonly #closed: () => void;
  #stopHeartbeat: () => void = () => {};

  /** Throws a `RefusalError` when the request cannot be served. `closed`: it has ended, told once or more. */
  constructor(request: SubscribeRequest, context: StreamContext, closed: () => void) {
    this.#context = context;
    this.#closed = closed;
    this.#queue = new ResponseQueue(context.room, () => this.#restart());
    this.#feeds = feedsOf(request, context, this);
  }

  /** Begins: what is to be told is there to be taken, until `end` or `close`. */
  start(): void {
    for (const feed of this.#feeds) feed.start();
    this.#beat();
  }

  get ended(): ResponseSource["ended"] {
    return this.#queue.ended;
  }

  take(): WaitingResponse | undefined {
    return this.#queue.take();
  }

  ready(wake: () => void): void {
    this.#queue.ready(wake);
  }

  responses(): AsyncGenerator<SubscribeResponse> {
    return this.#queue.responses();
  }

  push(response: SubscribeResponse, weight: number, shared = false): void {
    this.#queue.push(response, weight, shared);
  }

  end(error: RefusalError): void {
    this.#queue.end(error);
    this.close();
  }

  /** The reader has gone. */
  close(): void {
    this.#stopHeartbeat();
    for (const feed of this.#feeds) feed.stop();
    this.#queue.end(undefined);
    this.#closed();
  }

  /** The reader was too slow and is back. */
  #restart(): void {
    this.#context.metrics.resynced();
    this.#context.journal.warn("a stream was read too slowly and begins anew", { subscriptions: this.#feeds.length });
    for (const feed of this.#feeds) feed.restart();
  }

  #beat(): void {
    this.#stopHeartbeat = this.#context.clock.after(HEARTBEAT_INTERVAL, () => {
      this.push(responseOf("", "", timestampOf(Math.floor(this.#context.clock.now())), HEARTBEAT), 32);
      this.#beat();
    });
  }
}

function feedsOf(request: SubscribeRequest, context: StreamContext, output: StreamOutput): Feed[] {
  checkSubscriptions(request.subscriptions, context.isDefined);
  const named = request.subscriptions.map((subscription, index) => ({ subscription, path: `subscriptions[${index}]` }));
  const accountIds = new Set(named.map(({ subscription }) => subscription.accountId).filter((id) => id !== ""));
  const ofAccounts = [...accountIds].map((accountId) => {
    const own = named.filter(({ subscription }) => subscription.accountId === accountId);
    return new AccountFeed(context, accountId, own, output);
  });
  const others = named
    .filter(({ subscription }) => !isPrivate(subscription.channel))
    .map(({ subscription, path }) =>
      subscription.channel === Channel.NOTICES
        ? new NoticeFeed(subscription, path, context.notices, output, context.clock)
        : new MarketFeed(subscription, path, context.markets, output, context.clock),
    );
  return [...ofAccounts, ...others];
}
