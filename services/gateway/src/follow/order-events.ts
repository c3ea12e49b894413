import { partitionOf } from "@atlas/domain/partition/partition";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { ReadRequest } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { type EventRange, eventsBetween } from "./events-between.ts";
import { type Following, ShardFollower } from "./shard-follower.ts";

const WHERE_IT_STANDS: ReadRequest["query"] = {
  case: "state",
  value: { $typeName: "atlas.operations.v1.StateQuery", withStateHash: false },
};

/** Hears the events of one account. Nothing here throws. */
export interface AccountListener {
  /** In sequence. */
  event(event: OrderEvent): void;
  /** Events were missed: whoever needs each of them begins anew. */
  missed(): void;
}

/** Hears every event of every order shard. */
export interface EveryEvent {
  event(event: OrderEvent): void;
  missed(shard: number): void;
}

export interface OrderEventsOptions {
  readonly directory: ShardDirectory;
  readonly clock: Clock;
  readonly journal: Journal;
  /** Order shards. */
  readonly partitions: number;
}

/** The events of all order shards, as they are decided: the gateway's one source of answers and private streams. */
export class OrderEvents {
  readonly #options: OrderEventsOptions;
  readonly #followers: readonly ShardFollower<OrderEvent>[];
  readonly #listeners = new Map<string, Set<AccountListener>>();

  constructor(options: OrderEventsOptions, every: EveryEvent) {
    this.#options = options;
    this.#followers = Array.from({ length: options.partitions }, (_, number) => {
      const shard = shardName("oms", number);
      const following: Following<OrderEvent> = {
        shard,
        query: WHERE_IT_STANDS,
        of: ({ events }) => (events.case === "orderEvents" ? events.value.messages : []),
        began: (_, again) => {
          if (!again) return;
          every.missed(number);
          this.#missed(number);
        },
        event: (event) => {
          every.event(event);
          const listeners = this.#listeners.get(event.accountId);
          if (listeners !== undefined) for (const listener of [...listeners]) listener.event(event);
        },
      };
      return new ShardFollower(following, options.directory.client(shard), options);
    });
  }

  /** Begins to follow every shard, each as soon as it can be asked. */
  begin(): void {
    for (const follower of this.#followers) void follower.start();
  }

  stop(): void {
    for (const follower of this.#followers) follower.stop();
  }

  shardOf(accountId: string): number {
    return partitionOf(accountId, this.#options.partitions);
  }

  /** Sequence of the last event heard from a shard; below 0: it is not followed yet. */
  position(shard: number): number {
    return (this.#followers[shard] as ShardFollower<OrderEvent>).last;
  }

  /** Whether a shard's events are heard: without them no outcome of what it decides is known here. */
  isFollowed(shard: number): boolean {
    return this.position(shard) >= 0;
  }

  /** The names of the shards that are not, or were and have not been heard for long. */
  unheard(): string[] {
    return this.#followers.flatMap(({ isHeard }, shard) => (isHeard ? [] : [shardName("oms", shard)]));
  }

  /** Begins to listen to an account; what is called ends it. */
  watch(accountId: string, listener: AccountListener): () => void {
    let listeners = this.#listeners.get(accountId);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(accountId, listeners);
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(accountId) === listeners) this.#listeners.delete(accountId);
    };
  }

  /**
   * The events of an account in a range whose end is at most the shard's position; `undefined`: the owner does not have them at
   * hand any more, or not in time.
   */
  between(range: EventRange): Promise<OrderEvent[] | undefined> {
    const shard = shardName("oms", this.shardOf(range.accountId));
    const { clock, directory } = this.#options;
    return eventsBetween(directory.client(shard), clock, range);
  }

  #missed(shard: number): void {
    for (const [accountId, listeners] of [...this.#listeners]) {
      if (this.shardOf(accountId) === shard) for (const listener of [...listeners]) listener.missed();
    }
  }
}
