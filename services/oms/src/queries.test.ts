import { ListPostingsRequestSchema } from "@atlas/gen/atlas/account/v1/account_service_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Order, OrderStatus, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  GetOrderRequestSchema,
  ListFillsRequestSchema,
  ListOrdersRequestSchema,
  PreviewOrderRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { Store } from "@atlas/platform/ports/store";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { balanceOf } from "./account-view.ts";
import { answerOms } from "./answer-oms.ts";
import { Projection } from "./projection.ts";
import { dice, randomFlow } from "./testing/random-flow.ts";
import { digest, ShardFlow } from "./testing/shard-flow.ts";

const STEPS = 300;
const ACCOUNT = "alice";

/** A shard that lives on while it is read: the store shows a part, the owner's memory the rest. */
interface Place {
  readonly flow: ShardFlow;
  readonly queries: AccountQueries;
  readonly projection: Projection;
  /** Tells the projection what was decided since, and now and then lets the store catch up. */
  live(catchUp: boolean): Promise<void>;
}

let clock: ManualClock;
let place: Place;

beforeEach(async () => {
  clock = manualClock();
  place = await open(randomFlow(31, STEPS), memoryStore({ clock }));
});

function project(flow: ShardFlow, store: Store): Projection {
  return new Projection(
    { log: memoryLog({ clock }), store, clock, digest, warn: () => undefined },
    {
      name: flow.shard.name,
      partition: 0,
      openOrders: () => flow.shard.openOrders(),
      balance: (accountId, asset) => balanceOf(flow.shard.state.account(accountId), asset),
    },
  );
}

function queriesOf(flow: ShardFlow, projection: Projection, store: Store): AccountQueries {
  const ports = { digest, clock };
  const directory: ShardDirectory = {
    client: () => ({
      read: async (request) => answerOms(flow.shard, projection, request, { outputs: [], inputOffset: 0 }, ports),
      follow: () => ({ close: () => undefined }),
      resend: () => Promise.reject(new Error("nothing is sent again")),
    }),
  };
  return mergedAccountQueries(directory, store, 1);
}

async function open(flow: ShardFlow, store: Store): Promise<Place> {
  const projection = project(flow, store);
  const half = Math.floor(flow.events.length / 2);
  let told = 0;
  const tell = (through: number) => {
    projection.decided(flow.events.slice(told, through));
    told = through;
  };
  const store50 = async () => {
    projection.acknowledged({ sequence: told, offset: told });
    await clock.advance(2_000);
  };
  tell(half);
  await store50();
  tell(flow.events.length);
  return {
    flow,
    projection,
    queries: queriesOf(flow, projection, store),
    live: async (catchUp) => {
      tell(flow.events.length);
      if (catchUp) await store50();
    },
  };
}

async function read<Response>(answer: Promise<Response>): Promise<Response> {
  await clock.settle();
  return answer;
}

/** All pages of a list; between two of them the account goes on trading and the store catches up. */
async function pages<Desc extends DescMessage, Response extends { nextPageToken: string }, Entry>(
  schema: Desc,
  fields: MessageInitShape<Desc>,
  list: (request: MessageShape<Desc>) => Promise<Response>,
  entriesOf: (response: Response) => Entry[],
): Promise<Entry[]> {
  const roll = dice(5);
  const found: Entry[] = [];
  let pageToken = "";
  do {
    const request = create(schema, { ...fields, pageSize: 1 + roll(7), pageToken } as MessageInitShape<Desc>);
    const response = await read(list(request));
    found.push(...entriesOf(response));
    pageToken = response.nextPageToken;
    place.flow.submit(ACCOUNT, { quantity: "0.01", limitPrice: "49995" });
    place.flow.settle();
    await place.live(roll(3) === 0);
  } while (pageToken !== "");
  return found;
}

function accepted(events: readonly OrderEvent[]): string[] {
  const made = events.filter(({ event }) => event.case === "orderAccepted" || event.case === "orderDenied");
  return made.filter(({ accountId }) => accountId === ACCOUNT).map(({ orderId }) => orderId);
}

function fillsIn(events: readonly OrderEvent[]): string[] {
  return events
    .filter(({ accountId }) => accountId === ACCOUNT)
    .flatMap(({ event }) => (event.case === "orderFilled" ? [event.value.fill?.executionId ?? ""] : []));
}

describe("S22: lists are the union of the owner's memory and the store", () => {
  test("every order once, newest first, while orders come and the store moves on", async () => {
    const before = accepted(place.flow.events);
    const orders = await pages(
      ListOrdersRequestSchema,
      { accountId: ACCOUNT },
      (request) => place.queries.orders(request, 1),
      (response) => response.orders,
    );
    expect(orders.map(({ orderId }) => orderId)).toEqual(before.reverse());
  });

  test.each([OrderStatus.CANCELED, OrderStatus.FILLED, OrderStatus.REJECTED])("those in status %i", async (status) => {
    const all = await read(
      place.queries.orders(create(ListOrdersRequestSchema, { accountId: ACCOUNT, pageSize: 1_000 }), 1),
    );
    const wanted = all.orders.filter((order) => order.status === status).map(({ orderId }) => orderId);
    expect(wanted.length).toBeGreaterThan(1);
    const orders = await pages(
      ListOrdersRequestSchema,
      { accountId: ACCOUNT, statuses: [status] },
      (request) => place.queries.orders(request, 1),
      (response) => response.orders,
    );
    expect(orders.map(({ orderId }) => orderId).filter((orderId) => wanted.includes(orderId))).toEqual(wanted);
    expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(orders.length);
  });

  test("every fill once, newest first", async () => {
    const before = fillsIn(place.flow.events);
    const fills = await pages(
      ListFillsRequestSchema,
      { accountId: ACCOUNT },
      (request) => place.queries.fills(request, 1),
      (response) => response.fills,
    );
    expect(before.length).toBeGreaterThan(10);
    expect(fills.map(({ executionId }) => executionId)).toEqual(before.reverse());
  });

  test("every posting once, newest first, and they sum to what the account holds", async () => {
    const told = place.flow.events.filter(({ accountId }) => accountId === ACCOUNT).flatMap(({ postings }) => postings);
    const postings = await pages(
      ListPostingsRequestSchema,
      { accountId: ACCOUNT },
      (request) => place.queries.postings(request, 1),
      (response) => response.postings,
    );
    expect(postings.map(({ posting }) => posting)).toEqual(told.reverse());
  });

  test("a token of another filter is refused", async () => {
    const request = create(ListOrdersRequestSchema, { accountId: ACCOUNT, pageSize: 1 });
    const { nextPageToken } = await read(place.queries.orders(request, 1));
    const other = create(ListOrdersRequestSchema, { accountId: ACCOUNT, openOnly: true, pageToken: nextPageToken });
    await expect(place.queries.orders(other, 1)).rejects.toThrow("page token");
  });
});

test("an order reads the same from memory and from the store; another's account has none", async () => {
  const [orderId = ""] = accepted(place.flow.events);
  const request = create(GetOrderRequestSchema, { accountId: ACCOUNT, orderId });
  const { order } = await read(place.queries.order(request, 1));
  expect(order).toMatchObject({ orderId, accountId: ACCOUNT });
  const others = place.queries.order(create(GetOrderRequestSchema, { accountId: "bob", orderId }), 1);
  const refused = expect(others).rejects.toThrow("has no order");
  await clock.settle();
  await refused;
});

test("S18: evidence says what the store knew, and up to when", async () => {
  const { flow, queries } = place;
  const used = flow.events.find(({ event, accountId }) => event.case === "orderAccepted" && accountId === ACCOUNT);
  const known = await read(queries.evidence(ACCOUNT, used?.orderId ?? ""));
  expect([known.absent, known.contentDigest]).toEqual([false, used?.contentDigest]);
  const unknown = await read(queries.evidence(ACCOUNT, "00never"));
  expect([unknown.absent, unknown.contentDigest.length]).toEqual([true, 0]);
  const stored = flow.events[place.projection.storedSequence - 1];
  const justBefore = (millisecondsOf(stored?.occurredAt) ?? 0) - 1;
  expect(millisecondsOf(unknown.storeTime)).toBe(justBefore);
});

test("preview answers with the shard's own numbers", async () => {
  const { flow, queries } = place;
  const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "9", limitPrice: "49000" };
  const request = create(PreviewOrderRequestSchema, { accountId: ACCOUNT, order });
  const time = { seconds: BigInt(Math.floor(clock.now() / 1_000)), nanos: 0 };
  const quote = {
    $typeName: "atlas.market.v1.Quote" as const,
    bid: "49990",
    ask: "50010",
    last: "",
    marketSequence: 1n,
  };
  const shown = await read(
    queries.preview(request, { ...quote, time: { $typeName: "google.protobuf.Timestamp", ...time } }, 1),
  );
  expect(shown.notional?.amount).toBe("441000");
  expect(shown.required).toMatchObject({ asset: "USD", amount: "441220.5" });
  expect(shown.refusal?.message).toContain("is above the limit of 4000");
  expect([shown.averagePrice, shown.estimatedFees]).toEqual(["", undefined]);
  expect(shown.balancesAfter.map(({ asset }) => asset)).toEqual(["BTC", "USD"]);
  const off = create(PreviewOrderRequestSchema, { accountId: ACCOUNT, order: { ...order, limitPrice: "0.001" } });
  const refused = await read(queries.preview(off, undefined, 1));
  expect(refused.refusal?.field).toBe("order.limit_price");
  expect([refused.required, refused.notional, refused.estimatedFees, refused.averagePrice]).toEqual([
    ...[undefined, undefined, undefined, ""],
  ]);
  expect(flow.shard.sequence).toBe(flow.events.length);
});

/** A successor's projection, of an owner that was killed when the store had the events through `stored`. */
async function recovered(flow: ShardFlow, stored: number): Promise<AccountQueries> {
  const store = memoryStore({ clock });
  const before = project(flow, store);
  before.decided(flow.events.slice(0, stored));
  before.acknowledged({ sequence: stored, offset: stored });
  await clock.advance(2_000);
  before.close();
  const projection = project(flow, store);
  const { sequence } = await read(projection.load());
  expect(sequence).toBe(stored);
  await read(projection.recovered(flow.events.slice(sequence)));
  return queriesOf(flow, projection, store);
}

test.each([1, 2, 3, 4])(
  "S20, S22: behind a recovery too every order is listed once, newest first, %i a page",
  async (pageSize) => {
    const flow = new ShardFlow();
    flow.open(ACCOUNT, { USD: "60000" });
    flow.open("bob", { BTC: "1" });
    const order = { quantity: "0.01", limitPrice: "49990" };
    for (let count = 0; count < 4; count++) flow.submit(ACCOUNT, order);
    flow.settle();
    const stored = flow.events.length;
    flow.submit("bob", { ...order, side: Side.SELL, quantity: "0.02" });
    for (let count = 0; count < 3; count++) flow.submit(ACCOUNT, { ...order, timeInForce: TimeInForce.IOC });
    flow.submit(ACCOUNT, order);
    flow.settle();
    const { FILLED, LIVE, CANCELED } = OrderStatus;
    const queries = await recovered(flow, stored);
    const orders: Order[] = [];
    for (let pageToken = "", pages = 0; pages === 0 || pageToken !== ""; pages++) {
      const request = create(ListOrdersRequestSchema, { accountId: ACCOUNT, pageSize, pageToken });
      const page = await read(queries.orders(request, 1));
      orders.push(...page.orders);
      pageToken = page.nextPageToken;
    }
    expect(orders.map(({ orderId }) => orderId)).toEqual(accepted(flow.events).reverse());
    expect(orders.map(({ status }) => status)).toEqual([
      LIVE,
      CANCELED,
      CANCELED,
      CANCELED,
      LIVE,
      LIVE,
      FILLED,
      FILLED,
    ]);
  },
);
