import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredHistoryCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import {
  type EventsQuery,
  FollowResponseSchema,
  type ReadRequest,
  ReadResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import type { Store } from "../../ports/store.ts";
import type { FollowReceiver, ShardDirectory } from "../../shard/shard-client.ts";
import { AccountShards } from "../account-shard.ts";
import { HISTORY_ITEM_EVENTS, HISTORY_TABLE, sortable } from "../store-layout.ts";

/** Events that can be followed from a little while ago. */
export const AT_HAND = 4_000;

type Follow = (after: number, receiver: FollowReceiver) => { close(): void };

/** The owner of `oms/0`, where one account has events: it tells those that it has not stored yet. */
export class OwnerMemory {
  /** How many events each answer gave. */
  readonly given: number[] = [];
  /** Hears of each question before it is answered. */
  asked: (request: ReadRequest) => Promise<void> | void = () => undefined;
  /** Tells in one go what can be followed. */
  follow: Follow;
  readonly directory: ShardDirectory;
  readonly shards: AccountShards;
  readonly #accountId: string;
  readonly #store: Store;
  readonly #through: number;
  #events: readonly OrderEvent[];

  /** `events`: with sequences that follow one another; to begin with none of them is stored. */
  constructor(accountId: string, store: Store, events: readonly OrderEvent[]) {
    this.#accountId = accountId;
    this.#store = store;
    this.#events = events;
    const through = events.at(-1)?.sequence ?? 0n;
    this.#through = Number(through);
    const read = async (request: ReadRequest) => {
      await this.asked(request);
      if (request.query.case !== "events") throw new Error(`nobody asks for ${request.query.case} here`);
      const value = this.#answer(request.query.value);
      const storedSequence = BigInt(this.#through - this.#events.length);
      return create(ReadResponseSchema, { sequence: through, storedSequence, result: { case: "events", value } });
    };
    this.follow = (after, receiver) => {
      const last = events.slice(-AT_HAND).filter(({ sequence }) => Number(sequence) > after);
      if (after < this.#through - AT_HAND) receiver.fail(new Error("no longer at hand"));
      else
        receiver.receive(create(FollowResponseSchema, { events: { case: "orderEvents", value: { messages: last } } }));
      return { close: () => undefined };
    };
    const follow: Follow = (after, receiver) => this.follow(after, receiver);
    const client = { read, follow, resend: () => Promise.reject(new Error("never")) };
    this.directory = { client: () => client };
    this.shards = new AccountShards(this.directory, 1);
  }

  /** Stores everything through a sequence, then forgets it. */
  async storeThrough(sequence: number): Promise<void> {
    const count = this.#events.findLastIndex((event) => Number(event.sequence) <= sequence) + 1;
    for (let start = 0; start < count; start += HISTORY_ITEM_EVENTS) {
      const events = this.#events.slice(start, Math.min(count, start + HISTORY_ITEM_EVENTS));
      const [first, last] = [Number(events[0]?.sequence), Number(events.at(-1)?.sequence)];
      const body = encode(StoredHistoryCodec, { $typeName: "atlas.log.v1.StoredHistory", events });
      const place = { key: `${this.#accountId}/${first}`, partition: this.#accountId, sort: sortable(first) };
      await this.#store.put(HISTORY_TABLE, { ...place, version: last, body });
    }
    this.#events = this.#events.slice(count);
  }

  #answer({ beforeSequence, limit }: EventsQuery) {
    const first = Number(this.#events[0]?.sequence ?? 0n);
    const all = this.#events.length;
    const end = beforeSequence === 0n ? all : Math.max(0, Math.min(all, Number(beforeSequence) - first));
    const start = limit === 0 ? 0 : Math.max(0, end - limit);
    this.given.push(end - start);
    return { events: this.#events.slice(start, end), more: start > 0 };
  }
}
