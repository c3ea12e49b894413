import type { SubscribeResponse, Subscription } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { timestampOf } from "@atlas/platform/wire/time";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../refusal/invalid-field.ts";
import type { Feed, StreamOutput } from "./feed.ts";
import type { MarketMember } from "./market-group.ts";
import type { MarketGroups } from "./market-groups.ts";
import { RESYNC, responseOf } from "./responses.ts";

/** One subscription to a market channel. */
export class MarketFeed implements Feed, MarketMember {
  readonly #subscription: Subscription;
  readonly #groups: MarketGroups;
  readonly #output: StreamOutput;
  readonly #clock: Clock;
  readonly #after: number | undefined;
  #leave: () => void = () => {};

  /** Throws a `RefusalError` when the cursor is none of the instrument's. */
  constructor(subscription: Subscription, path: string, groups: MarketGroups, output: StreamOutput, clock: Clock) {
    this.#subscription = subscription;
    this.#groups = groups;
    this.#output = output;
    this.#clock = clock;
    const { cursor, instrumentId } = subscription;
    this.#after = cursor === "" ? undefined : positionOf(cursor, instrumentId, path);
  }

  start(): void {
    this.#leave = this.#groups.join(this.#subscription, this.#after, this);
  }

  restart(): void {
    this.#leave();
    this.tell("", timestampOf(Math.floor(this.#clock.now())), RESYNC, 100, false);
    this.#leave = this.#groups.join(this.#subscription, undefined, this);
  }

  stop(): void {
    this.#leave();
  }

  tell(
    cursor: string,
    serverTime: Timestamp,
    content: SubscribeResponse["content"],
    weight: number,
    shared: boolean,
  ): void {
    this.#output.push(responseOf(this.#subscription.subscriptionId, cursor, serverTime, content), weight, shared);
  }
}

/** The sequence of `BTC-USD:1200`. */
function positionOf(cursor: string, instrumentId: string, path: string): number {
  const digits = cursor.startsWith(`${instrumentId}:`) ? cursor.slice(instrumentId.length + 1) : "";
  if (/^(0|[1-9]\d{0,14})$/.test(digits)) return Number(digits);
  throw invalidField(`${path}.cursor`, "is no position of this instrument");
}
