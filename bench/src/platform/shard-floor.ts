import { partitionOf } from "@atlas/domain/partition/partition";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type NewOrder, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { floorFunds, floorInstrument, floorLimits, floorOrder, type Pair } from "./floor.ts";
import type { OpenedShards } from "./open-shards.ts";
import { OrderFeed } from "./order-feed.ts";
import { note } from "./samples.ts";
import { wait } from "./wait.ts";

const OMS_PARTITIONS = 16;
/** Orders of one frame. */
const FRAME = 500;
/** Orders under way, and events that the query store lacks, above which the feeds wait: as gateways do. */
const MOST_UNDER_WAY = 20_000;
const MOST_STORE_LAG = 100_000;
const PATIENCE = 60_000;

/** Pairs of accounts on shards in this process, fed as fast as the shards go. */
export class ShardFloor {
  readonly #opened: OpenedShards;
  readonly #pairs: readonly Pair[];
  readonly #feeds = new Map<string, OrderFeed>();
  readonly #partitions: readonly number[];
  #sent = 0;
  /** Orders that are accepted, and those that are filled. */
  #accepted = 0;
  #filled = 0;
  #expected = 0;
  #problem = "";

  constructor(opened: OpenedShards, pairs: readonly Pair[], incarnation: string) {
    this.#opened = opened;
    this.#pairs = pairs;
    const partitions = new Set<number>();
    for (const accountId of pairs.flatMap(({ buyer, seller }) => [buyer, seller])) {
      const partition = partitionOf(accountId, OMS_PARTITIONS);
      partitions.add(partition);
      const source = `${incarnation}-${this.#feeds.size}`;
      this.#feeds.set(accountId, new OrderFeed(opened.log, opened.digest, partition, source));
    }
    this.#partitions = [...partitions];
    for (const partition of partitions) opened.follow(partition, (event) => this.#hear(event));
  }

  /** Makes instruments and accounts. */
  async open(): Promise<void> {
    await this.#opened.define(this.#pairs.map(({ instrumentId }) => floorInstrument(instrumentId)));
    for (const { accountId, amount } of this.#pairs.flatMap(floorFunds)) {
      const feed = this.#feeds.get(accountId) as OrderFeed;
      await feed.send(accountId, [
        { case: "createAccount", value: { $typeName: "atlas.account.v1.CreateAccount", ownerId: accountId } },
        { case: "deposit", value: { $typeName: "atlas.account.v1.DepositFunds", amount } },
        { case: "setLimits", value: { $typeName: "atlas.account.v1.SetLimits", limits: floorLimits() } },
      ]);
    }
  }

  /**
   * Trades so many orders, each with another, or fewer when the time is up; answers how many. They are filled when it resolves,
   * and the store shows them.
   */
  async trade(orders: number, milliseconds = PATIENCE): Promise<number> {
    const end = performance.now() + milliseconds;
    let left = orders;
    while (left > 0 && performance.now() < end) {
      for (const { instrumentId, buyer, seller } of this.#pairs) {
        const count = Math.min(FRAME, Math.ceil(left / 2));
        if (count <= 0) break;
        await this.#send(buyer, floorOrder(instrumentId, Side.BUY), count);
        await this.#send(seller, floorOrder(instrumentId, Side.SELL), count);
        this.#expected += 2 * count;
        left -= 2 * count;
      }
    }
    await this.#until(() => this.#filled >= this.#expected && this.#storeLag() === 0);
    return orders - left;
  }

  /** Leaves so many orders at rest, spread over prices that do not meet; they are accepted when it resolves. */
  async rest(orders: number): Promise<void> {
    for (let left = orders; left > 0; ) {
      for (const { instrumentId, buyer, seller } of this.#pairs) {
        const level = (left / FRAME) % 4_000;
        const below = (99 - Math.floor(level) / 100).toFixed(2);
        const above = (101 + Math.floor(level) / 100).toFixed(2);
        const count = Math.min(FRAME, Math.ceil(left / 2));
        if (count <= 0) break;
        await this.#send(buyer, { ...floorOrder(instrumentId, Side.BUY), limitPrice: below }, count);
        await this.#send(seller, { ...floorOrder(instrumentId, Side.SELL), limitPrice: above }, count);
        left -= 2 * count;
      }
    }
    await this.#until(() => this.#accepted >= this.#sent && this.#storeLag() === 0);
  }

  async #send(accountId: string, order: NewOrder, count: number): Promise<void> {
    const feed = this.#feeds.get(accountId) as OrderFeed;
    await feed.submit(accountId, order, count);
    this.#sent += count;
    const isCalm = () => this.#sent - this.#accepted < MOST_UNDER_WAY && this.#storeLag() < MOST_STORE_LAG;
    if (!isCalm()) await this.#until(isCalm);
  }

  #storeLag(): number {
    const { oms } = this.#opened.shards;
    return this.#partitions.reduce((most, partition) => Math.max(most, oms[partition]?.projection.lag ?? 0), 0);
  }

  #hear({ event }: OrderEvent): void {
    switch (event.case) {
      case "orderAccepted":
        this.#accepted += 1;
        break;
      case "orderFilled":
        if (event.value.progress?.status === OrderStatus.FILLED) this.#filled += 1;
        break;
      case "orderDenied":
        this.#problem = event.value.order?.refusal?.message ?? "an order was denied";
        break;
      case "commandAnswered":
        if (event.value.refusal !== undefined) this.#problem = event.value.refusal.message;
    }
  }

  async #until(condition: () => boolean): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!condition()) {
      if (this.#problem !== "") throw new Error(this.#problem);
      if (performance.now() > end) {
        note(`sent ${this.#sent}, accepted ${this.#accepted}, filled ${this.#filled} of ${this.#expected}`);
        throw new Error("the shards do not keep up");
      }
      await wait(5);
    }
  }
}
