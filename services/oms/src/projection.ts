import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredOrderCodec, StorePositionCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode } from "@atlas/gen/codec/codec";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { type Store, StoreDamaged, type StoreItem, type StorePut } from "@atlas/platform/ports/store";
import { ORDERS_TABLE, storePositionCopyKey, storePositionKey } from "@atlas/platform/query/store-layout";
import { type EventsPlace, SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import type { Warn } from "@atlas/platform/shard/warn";
import { encodeEach } from "@atlas/platform/wire/codec/encode-each";
import { orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { orderStepOf } from "@atlas/platform/wire/order/order-step";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { UnstoredHistory } from "./history.ts";
import { type OrderView, OrderViews } from "./order-views.ts";
import { ordersOnLog } from "./orders-on-log.ts";
import { balanceItem, historyItems, orderItem, positionCopy, positionItem, requestItem } from "./store-items.ts";

export interface ProjectionPorts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly warn: Warn;
}

/** What the projection asks of the shard's state. */
export interface ProjectedState {
  /** As in frames: `oms/3`. */
  readonly name: string;
  readonly partition: number;
  /** Open orders as clients see them, in the order of acceptance. */
  openOrders(): Iterable<OrderView>;
  balance(accountId: string, asset: string): Balance | undefined;
}

/** Milliseconds over which changes are gathered (S27), unless the store says otherwise. */
const PACE = 250;
/** Events of lag above which no further input is taken: gateways refuse new orders long before, if they know (S24). */
const MOST_LAG = 300_000;
/** After the store refused. */
const RETRY = 500;
/** From one copy of the position to the next, at least: an item is paid for each time it is written. */
const COPIES = 60_000;
/** Items a call, and items that are read at once. */
const ITEMS = 1_000;
const FETCHES = 64;

/** What goes to the store together: the shard as it was at `sequence`. */
interface Batch {
  readonly sequence: number;
  /** Every event of this log time or before is in it, or was stored before it. */
  readonly logTime: number;
  readonly orders: readonly Order[];
  readonly puts: readonly StorePut[];
  /** So many of them stand. */
  done: number;
}

/**
 * Writes a shard to the query store (S27): orders, balances, history and used request ids, behind the log and never ahead of it
 * (I21). What the store lacks stays in memory, for reads.
 */
export class Projection {
  readonly views = new OrderViews();
  readonly history = new UnstoredHistory();
  readonly #ports: ProjectionPorts;
  readonly #state: ProjectedState;
  readonly #mostLag: number;
  #orders = new Set<OrderView>();
  #balances = new Map<string, Set<string>>();
  #requests: StorePut[] = [];
  /** It has been told of its shard's events. */
  #isLive = false;
  #decided = 0;
  #logTime = 0;
  #stored = 0;
  #places: EventsPlace[] = [{ sequence: 0, offset: 0 }];
  #batch: Batch | undefined;
  /** Keys of items that were found damaged: a version as high is not written over them (F14). */
  readonly #damaged = new Set<string>();
  /** By the clock's monotonic time. */
  #nextCopy = Number.NEGATIVE_INFINITY;
  #scheduled = false;
  #writing = false;
  #closed = false;
  #waiting: (() => void)[] = [];

  /** `mostLag`: events of lag above which there is no room for more. */
  constructor(ports: ProjectionPorts, state: ProjectedState, mostLag: number = MOST_LAG) {
    this.#mostLag = mostLag;
    this.#ports = ports;
    this.#state = state;
  }

  /** The store has everything through this sequence. */
  get storedSequence(): number {
    return this.#stored;
  }

  /** Events that the store does not show (S24, S27). */
  get lag(): number {
    return this.#decided - this.#stored;
  }

  /** Resolves when what the store lacks is little enough to take more; `undefined`: it is. */
  room(): Promise<void> | undefined {
    if (this.lag <= this.#mostLag || this.#closed) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get #pace(): number {
    return this.#ports.store.gathering ?? PACE;
  }

  /**
   * Through where the store has everything. When that is not what was written its copy counts, and what is behind that is written again;
   * without one all is, from the log (F14).
   */
  async load(): Promise<EventsPlace> {
    const what = "the store's position is damaged: what is behind its copy is written again";
    const item = await this.#read(SHARDS_TABLE, this.#positionKey, what, () => {
      const copy = storePositionCopyKey(this.#state.name);
      return this.#read(SHARDS_TABLE, copy, "the copy of the store's position is damaged: all is written again");
    });
    if (item === undefined) return { sequence: 0, offset: 0 };
    const { sequence, eventsOffset, logTime } = decode(StorePositionCodec, item.body);
    const place = { sequence: Number(sequence), offset: Number(eventsOffset) };
    // A standby asks every second, and may take over, or have done so, before the answer is here.
    if (this.#isLive || place.sequence < this.#stored) return place;
    this.#stored = place.sequence;
    this.#decided = place.sequence;
    this.#logTime = Number(logTime);
    this.#places = [place];
    return place;
  }

  /** Events behind that, with the shard's state at the last of them. Fetches nothing more once it is closed. */
  async recovered(events: readonly OrderEvent[]): Promise<void> {
    for (const view of this.#state.openOrders()) this.views.set(view);
    const ids = new Set(events.map(({ orderId }) => orderId));
    const ended = [...ids].filter((orderId) => orderId !== "" && this.views.get(orderId) === undefined);
    // Clients wait for the shard meanwhile.
    for (let start = 0; start < ended.length; start += FETCHES) {
      await Promise.all(ended.slice(start, start + FETCHES).map((orderId) => this.#fetch(orderId)));
      if (this.#closed) return;
    }
    await this.#readAgain(this.#lost(events));
    if (this.#closed) return;
    this.decided(events);
    this.views.sort(new Set(events.map(({ accountId }) => accountId)));
    if (this.#damaged.has(this.#positionKey)) this.#schedule(this.#pace);
  }

  /** `encoded`: the bytes of each. */
  decided(events: readonly OrderEvent[], encoded: readonly Uint8Array[] = encodeEach(OrderEventCodec, events)): void {
    this.#isLive = true;
    for (const [index, event] of events.entries()) this.#note(event, encoded[index] as Uint8Array);
    const last = events.at(-1);
    if (last === undefined) return;
    this.#decided = Number(last.sequence);
    this.#logTime = millisecondsOf(last.occurredAt) ?? this.#logTime;
    this.#schedule(this.#pace);
  }

  acknowledged(place: EventsPlace): void {
    this.#places.push(place);
    this.#tryWrite();
  }

  close(): void {
    this.#closed = true;
    this.#letOn();
  }

  /** An order that ended before the shard's state was taken: as it is in the store, which has all that came before. */
  async #fetch(orderId: string): Promise<void> {
    const item = await this.#read(ORDERS_TABLE, orderId, "a stored order is damaged: it is read again from the log");
    if (item === undefined) return;
    const { order, acceptedSequence, contentDigest } = decode(StoredOrderCodec, item.body);
    if (order !== undefined) this.views.set({ order, acceptedSequence: Number(acceptedSequence), contentDigest });
  }

  get #positionKey(): string {
    return storePositionKey(this.#state.name);
  }

  /** What is not what was written stays, for it is the record of a used id, and another owner may be writing it (I6, F14). */
  #read(
    table: string,
    key: string,
    what: string,
    instead: () => Promise<StoreItem | undefined> = async () => undefined,
  ): Promise<StoreItem | undefined> {
    const { store, warn } = this.#ports;
    return store.get(table, key).catch((error: Error) => {
      if (!(error instanceof StoreDamaged)) throw error;
      // A standby asks every second.
      if (!this.#damaged.has(key)) warn(what, { shard: this.#state.name, key, reason: error.message });
      this.#damaged.add(key);
      return instead();
    });
  }

  /**
   * Orders that the store should have shown, for of their events some are behind its position and some are not: they were damaged, now
   * or at a start that did not come to write them.
   */
  #lost(events: readonly OrderEvent[]): ReadonlySet<string> {
    const made = new Set<string>();
    const lost = new Set<string>();
    for (const event of events) {
      const { orderId } = event;
      if (orderMadeBy(event) !== undefined) made.add(orderId);
      else if (orderStepOf(event) !== undefined && !made.has(orderId) && this.views.get(orderId) === undefined)
        lost.add(orderId);
    }
    return lost;
  }

  async #readAgain(orderIds: ReadonlySet<string>): Promise<void> {
    if (orderIds.size === 0) return;
    const found = await ordersOnLog(this.#ports, this.#state.partition, orderIds, () => this.#closed);
    for (const view of found) this.views.set(view);
  }

  #note(event: OrderEvent, bytes: Uint8Array): void {
    if (event.accountId !== "") this.history.add(event.accountId, Number(event.sequence), bytes);
    const view = this.views.apply(event);
    if (view !== undefined) this.#orders.add(view);
    for (const { accountId, asset } of event.postings) this.#noteBalance(accountId, asset);
    const request = requestItem(event, this.#state.partition, this.#ports.digest);
    if (request !== undefined) this.#requests.push(request);
  }

  #noteBalance(accountId: string, asset: string): void {
    const assets = this.#balances.get(accountId);
    if (assets === undefined) this.#balances.set(accountId, new Set([asset]));
    else assets.add(asset);
  }

  #schedule(milliseconds: number): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#ports.clock.after(milliseconds, () => {
      this.#scheduled = false;
      if (this.#closed) return;
      const isDue = this.lag > 0 || this.#damaged.has(this.#positionKey);
      if (this.#batch === undefined && isDue) this.#batch = this.#seal();
      this.#tryWrite();
    });
  }

  /** What changed since the last batch, as it is now. It waits for the log. */
  #seal(): Batch {
    const sequence = this.#decided;
    const puts: StorePut[] = [];
    const orders: Order[] = [];
    for (const view of this.#orders) {
      puts.push(orderItem(view, sequence));
      orders.push(view.order);
    }
    for (const [accountId, events] of this.history.taken())
      puts.push(...historyItems(this.#state.name, accountId, events));
    for (const [accountId, assets] of this.#balances) {
      for (const asset of assets) {
        const balance = this.#state.balance(accountId, asset);
        if (balance !== undefined) puts.push(balanceItem(accountId, balance, sequence));
      }
    }
    puts.push(...this.#requests);
    this.#orders = new Set();
    this.#balances = new Map();
    this.#requests = [];
    // Events that are still to come may bear the last one's millisecond: what is before it is here, all of it (S18).
    return { sequence, logTime: this.#logTime - 1, orders, puts, done: 0 };
  }

  #tryWrite(): void {
    const batch = this.#batch;
    if (batch === undefined || this.#writing || this.#closed) return;
    while (this.#places.length > 1 && (this.#places[1] as EventsPlace).sequence <= batch.sequence) this.#places.shift();
    if ((this.#places.at(-1) as EventsPlace).sequence < batch.sequence) return;
    this.#writing = true;
    this.#write(batch).then(
      () => this.#done(batch),
      () => {
        this.#writing = false;
        this.#schedule(RETRY);
      },
    );
  }

  async #write(batch: Batch): Promise<void> {
    // What stands is not written again when something behind it was refused: a backlog would never end.
    while (batch.done < batch.puts.length) {
      await this.#putAll(batch.puts.slice(batch.done, batch.done + ITEMS));
      batch.done += ITEMS;
    }
    const place = this.#places[0] as EventsPlace;
    const position = positionItem(this.#state.name, batch.sequence, batch.logTime, place.offset);
    const now = this.#ports.clock.monotonic();
    const isCopied = now >= this.#nextCopy;
    await this.#putAll(isCopied ? [position, positionCopy(position)] : [position]);
    if (isCopied) this.#nextCopy = now + COPIES;
  }

  #putAll(puts: readonly StorePut[]): Promise<void> {
    const { store } = this.#ports;
    if (this.#damaged.size === 0) return store.putAll(puts);
    return this.#replaceDamaged(puts).then(() => store.putAll(puts));
  }

  /** Replaces what is damaged at once, for it is the record of a used id (I6), and only if no other owner has written it since. */
  async #replaceDamaged(puts: readonly StorePut[]): Promise<void> {
    const { store } = this.#ports;
    for (const { table, item } of puts) {
      const { key } = item;
      if (!this.#damaged.has(key)) continue;
      const isSound = await store.get(table, key).then(
        () => true,
        (error: Error) => {
          if (error instanceof StoreDamaged) return false;
          throw error;
        },
      );
      if (!isSound) {
        await store.remove(table, [key]);
        await store.put(table, item);
      }
      this.#damaged.delete(key);
    }
  }

  #done(batch: Batch): void {
    this.#writing = false;
    this.#batch = undefined;
    this.#stored = batch.sequence;
    this.history.dropThrough(batch.sequence);
    for (const order of batch.orders) this.views.drop(order);
    if (this.lag <= this.#mostLag) this.#letOn();
    if (this.lag > 0) this.#schedule(this.#pace);
  }

  #letOn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
