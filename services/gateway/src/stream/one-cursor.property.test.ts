import { BalanceSchema, PositionSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import { Bucket } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { AccountViewSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { type Fill, FillSchema, type Order, OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { GetOrderResponseSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import {
  Channel,
  type Contents,
  type SubscribeResponse,
  SubscriptionSchema,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { advanceOrder, orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventRange } from "../follow/events-between.ts";
import type { AccountListener } from "../follow/order-events.ts";
import { AccountFeed } from "./account-feed.ts";
import type { StreamContext } from "./stream-context.ts";

const accountId = "ann";
const INSTRUMENTS = ["BTC-USD", "ETH-USD"];
type Roll = (bound: number) => number;
type Body = Omit<MessageInitShape<typeof OrderEventSchema>, "$typeName">;

/** Source: mulberry32. */
function rollOf(seed: number): Roll {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

/** An account's shard, ahead of a gateway that hears of its events a little later. */
class World {
  readonly clock = manualClock();
  readonly roll: Roll;
  readonly events: OrderEvent[] = [];
  readonly orders = new Map<string, Order>();
  readonly fills: { readonly sequence: number; readonly fill: Fill }[] = [];
  readonly positions = new Map<string, number>();
  usd = 0;
  sequence = 0;
  heard = 0;
  listener: AccountListener | undefined;

  constructor(roll: Roll) {
    this.roll = roll;
  }

  /** One event, of this account or of another. */
  decide(): void {
    this.sequence++;
    const open = [...this.orders.values()].filter(({ status }) => status === OrderStatus.LIVE);
    const order = open[this.roll(open.length)];
    const kind = this.roll(10);
    if (kind < 2) return;
    if (kind < 4) this.#say({ event: { case: "fundsMoved", value: {} } }, this.roll(9) + 1);
    else if (kind < 7 || order === undefined) this.#accept();
    else if (kind < 9) this.#fill(order);
    else this.#move(order, OrderStatus.CANCELED, "orderCanceled");
  }

  /** The gateway hears of the next events. */
  hear(count: number): void {
    for (const through = Math.min(this.sequence, this.heard + count); this.heard < through; ) {
      this.heard++;
      const event = this.events.find(({ sequence }) => Number(sequence) === this.heard);
      if (event !== undefined) this.listener?.event(event);
    }
  }

  context(): StreamContext {
    const { clock } = this;
    const context = {
      clock,
      journal: silentJournal,
      events: {
        shardOf: () => 0,
        position: () => this.heard,
        watch: (_: string, listener: AccountListener) => {
          this.listener = listener;
          return () => {};
        },
      },
      history: async ({ after, through }: EventRange) =>
        this.events.filter(({ sequence }) => Number(sequence) > after && Number(sequence) <= through),
      snapshots: {
        view: () => this.#read(() => ({ value: this.#view(), sequence: this.sequence })),
        openOrders: async () => {
          const sequence = await this.#read(() => this.sequence);
          return this.#read(() => ({ orders: this.#pages(sequence), sequence, through: this.sequence }));
        },
        fills: (_: string, instrumentId: string) =>
          this.#read(() => ({ value: this.fillsOf(instrumentId, 0), sequence: this.sequence })),
      },
      queries: {
        order: ({ orderId }: { orderId: string }) =>
          this.#read(() => create(GetOrderResponseSchema, { order: this.orders.get(orderId) as Order })),
      },
    };
    return context as unknown as StreamContext;
  }

  fillsOf(instrumentId: string, after: number): Fill[] {
    const own = this.fills.filter(({ sequence, fill }) => sequence > after && watches(instrumentId, fill.instrumentId));
    return own.map(({ fill }) => fill);
  }

  /** The orders that were open at a sequence; those of a later page as they are by now, if they still are open. */
  #pages(sequence: number): Order[] {
    const then = new Map<string, Order>();
    for (const event of this.events) if (Number(event.sequence) <= sequence) apply(then, event);
    const open = [...then.values()].filter(({ status }) => status === OrderStatus.LIVE);
    const pages = open.map((order, index) => (index % 2 === 0 ? order : (this.orders.get(order.orderId) as Order)));
    return pages.filter(({ status }) => status === OrderStatus.LIVE);
  }

  #view() {
    return create(AccountViewSchema, {
      balances: [create(BalanceSchema, { asset: "USD", available: String(this.usd), reserved: "0" })],
      positions: [...this.positions].map(([instrumentId, quantity]) =>
        create(PositionSchema, { instrumentId, quantity: String(quantity) }),
      ),
    });
  }

  #read<Value>(value: () => Value): Promise<Value> {
    return new Promise((resolve) => void this.clock.after(this.roll(12), () => resolve(value())));
  }

  #accept(): void {
    const orderId = `o${this.sequence}`;
    const instrumentId = INSTRUMENTS[this.roll(2)] as string;
    const order = create(OrderSchema, { orderId, accountId, instrumentId, version: 1n, status: OrderStatus.LIVE });
    this.#say({ orderId, instrumentId, event: { case: "orderAccepted", value: { order } } }, 0);
  }

  #fill(order: Order): void {
    const { orderId, instrumentId } = order;
    const quantity = (this.positions.get(instrumentId) ?? 0) + 1;
    this.positions.set(instrumentId, quantity);
    const fill = create(FillSchema, { executionId: `x${this.sequence}`, orderId, instrumentId });
    this.fills.push({ sequence: this.sequence, fill });
    const status = this.roll(3) === 0 ? OrderStatus.FILLED : OrderStatus.LIVE;
    const position = create(PositionSchema, { instrumentId, quantity: String(quantity) });
    const progress = { version: order.version + 1n, status };
    this.#say({ orderId, instrumentId, event: { case: "orderFilled", value: { fill, position, progress } } }, 1);
  }

  #move(order: Order, status: OrderStatus, kind: "orderCanceled"): void {
    const progress = { version: order.version + 1n, status };
    const { orderId, instrumentId } = order;
    this.#say({ orderId, instrumentId, event: { case: kind, value: { progress } } }, 0);
  }

  #say(body: Body, amount: number): void {
    const posting = {
      accountId,
      asset: "USD",
      fromBucket: Bucket.EXTERNAL,
      toBucket: Bucket.AVAILABLE,
      amount: String(amount),
    };
    this.usd += amount;
    const sequence = BigInt(this.sequence);
    const event = create(OrderEventSchema, { ...body, accountId, sequence, postings: amount > 0 ? [posting] : [] });
    apply(this.orders, event);
    this.events.push(event);
  }
}

function apply(orders: Map<string, Order>, event: OrderEvent): void {
  const known = orders.get(event.orderId);
  const order = orderMadeBy(event) ?? (known && advanceOrder(known, event));
  if (order !== undefined) orders.set(order.orderId, order);
}

function watches(asked: string, instrumentId: string): boolean {
  return asked === "" || asked === instrumentId;
}

/** What a client knows by one subscription. */
interface Known {
  readonly orders: Map<string, Order>;
  readonly fills: Set<string>;
  readonly states: Map<string, string>;
  /** Of its snapshot; -1: it has none. */
  since: number;
}

interface Terms {
  readonly subscriptionId: string;
  readonly channel: Channel;
  readonly instrumentId: string;
  readonly maxUpdatesPerSecond: number;
}

/** A client that keeps one cursor, the highest it was told, once all that bears it is there. */
class OneCursorClient {
  cursor = 0;
  readonly known = new Map<string, Known>();
  readonly wrong: string[] = [];
  readonly #world: World;
  readonly #terms: readonly Terms[];
  #group: SubscribeResponse[] = [];
  #feed: AccountFeed | undefined;
  /** Messages after which it leaves. */
  #patience = 0;

  constructor(world: World, terms: readonly Terms[]) {
    this.#world = world;
    this.#terms = terms;
  }

  get isOpen(): boolean {
    return this.#feed !== undefined;
  }

  open(patience: number): void {
    this.#patience = patience;
    const own = this.#terms.map((terms, index) => {
      const cursor = this.known.has(terms.subscriptionId) ? `oms/0:${this.cursor}` : "";
      return { subscription: create(SubscriptionSchema, { ...terms, accountId, cursor }), path: `${index}` };
    });
    const feed: AccountFeed = new AccountFeed(this.#world.context(), accountId, own, {
      push: (message) => {
        if (this.#feed === feed) this.#take(message);
      },
      end: (error) => void this.wrong.push(error.message),
    });
    this.#feed = feed;
    feed.start();
  }

  /** What bears the last cursor may not be all there: it is let go, and comes again. */
  leave(): void {
    this.#feed?.stop();
    this.#feed = undefined;
    this.#group = [];
  }

  #take(message: SubscribeResponse): void {
    const bears = this.#group.at(-1)?.cursor ?? "";
    if (bears !== "" && bears !== message.cursor) this.commit();
    this.#group.push(message);
    if (--this.#patience === 0) this.leave();
  }

  commit(): void {
    for (const message of this.#group.splice(0)) {
      const sequence = Number(message.cursor.split(":")[1] ?? 0);
      if (message.content.case === "snapshot")
        this.#snapshot(message, message.content.value.contents as Contents, sequence);
      else if (message.content.case === "update") this.#update(message, message.content.value.contents as Contents);
      else this.wrong.push(`${message.content.case} came`);
      this.cursor = Math.max(this.cursor, sequence);
    }
  }

  #snapshot({ subscriptionId }: SubscribeResponse, contents: Contents, since: number): void {
    if (this.known.has(subscriptionId)) this.wrong.push(`${subscriptionId} began anew`);
    const known: Known = { orders: new Map(), fills: new Set(), states: new Map(), since };
    this.known.set(subscriptionId, known);
    for (const order of contents.orders) known.orders.set(order.orderId, order);
    this.#state(known, contents);
  }

  #update({ subscriptionId, cursor }: SubscribeResponse, contents: Contents): void {
    const known = this.known.get(subscriptionId) as Known;
    for (const order of contents.orders) {
      const before = known.orders.get(order.orderId)?.version ?? 0n;
      if (order.version !== before + 1n) {
        this.wrong.push(`${subscriptionId}: ${order.orderId} ${before} became ${order.version} at ${cursor}`);
      }
      known.orders.set(order.orderId, order);
    }
    for (const { executionId } of contents.fills) {
      if (known.fills.has(executionId)) this.wrong.push(`${subscriptionId}: ${executionId} came twice`);
      known.fills.add(executionId);
    }
    this.#state(known, contents);
  }

  #state({ states }: Known, { balances, positions }: Contents): void {
    for (const { asset, available } of balances) states.set(asset, available);
    for (const { instrumentId, quantity } of positions) states.set(instrumentId, quantity);
  }
}

/** What a subscription must know in the end. */
function checkEnd(world: World, terms: Terms, known: Known | undefined): void {
  const { channel, instrumentId } = terms;
  const since = known?.since ?? -1;
  expect(since, "it has a snapshot").toBeGreaterThanOrEqual(0);
  if (channel === Channel.FILLS) {
    const all = world.fillsOf(instrumentId, since).map(({ executionId }) => executionId);
    expect([...(known?.fills ?? [])]).toEqual(all);
  } else if (channel === Channel.ORDERS) {
    for (const [orderId, { version }] of known?.orders ?? [])
      expect([orderId, version]).toEqual([orderId, world.orders.get(orderId)?.version]);
    const open = [...world.orders.values()].filter(
      (one) => one.status === OrderStatus.LIVE && watches(instrumentId, one.instrumentId),
    );
    for (const { orderId } of open) expect(known?.orders.has(orderId), `${orderId} is open`).toBe(true);
  } else if (channel === Channel.BALANCES) expect(known?.states.get("USD")).toBe(String(world.usd));
  else {
    const own = [...world.positions].filter(([id]) => watches(instrumentId, id));
    expect(new Map(known?.states)).toEqual(new Map(own.map(([id, quantity]) => [id, String(quantity)])));
  }
}

async function pass(world: World, client: OneCursorClient, steps: number): Promise<void> {
  const { roll } = world;
  for (let step = 0; step < steps; step++) {
    for (let count = roll(4); count > 0; count--) world.decide();
    world.hear(roll(5));
    if (!client.isOpen && roll(3) === 0) client.open(1 + roll(12));
    await world.clock.advance(roll(8));
  }
}

test("I19: whoever keeps one cursor for an account's channels misses nothing and hears nothing twice, wherever it leaves", async () => {
  const channels = [Channel.ORDERS, Channel.FILLS, Channel.BALANCES, Channel.POSITIONS];
  const terms = fc.record({
    channel: fc.constantFrom(...channels),
    narrow: fc.constantFrom("", "", ...INSTRUMENTS),
    maxUpdatesPerSecond: fc.constantFrom(0, 0, 20),
  });
  const property = fc.asyncProperty(
    fc.array(terms, { minLength: 1, maxLength: 6 }),
    fc.integer(),
    async (asked, seed) => {
      const world = new World(rollOf(seed));
      const subscriptions = asked.map(({ channel, narrow, maxUpdatesPerSecond }, index) => {
        const instrumentId = channel === Channel.BALANCES ? "" : narrow;
        return { subscriptionId: `${index}: channel ${channel}`, channel, instrumentId, maxUpdatesPerSecond };
      });
      const client = new OneCursorClient(world, subscriptions);
      await pass(world, client, 40);
      client.leave();
      client.open(Number.POSITIVE_INFINITY);
      world.hear(Number.POSITIVE_INFINITY);
      await world.clock.advance(1_000);
      client.commit();
      client.leave();
      expect(client.wrong).toEqual([]);
      for (const one of subscriptions) checkEnd(world, one, client.known.get(one.subscriptionId));
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
