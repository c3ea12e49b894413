import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { type InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { CandleInterval, type Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";
import { TestStream } from "../testing/test-stream.ts";

const platform = new GatewayPlatform(100);
let accountId = "";
let requests = 0;
const open: TestStream[] = [];

beforeAll(async () => void (await platform.start()));
beforeEach(async () => {
  accountId = await platform.account({ USD: "1000000", BTC: "10" });
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.stop();
  expect(platform.failures).toEqual([]);
});

const resting = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "0.01", limitPrice: "100" };
const market = { ...resting, type: OrderType.MARKET, limitPrice: "" };

async function watch(
  ...args: ConstructorParameters<typeof TestStream> extends [unknown, ...infer Rest] ? Rest : never
) {
  const stream = new TestStream(platform, ...args);
  open.push(stream);
  await platform.clock.advance(50);
  return stream;
}

async function submit(order: object) {
  const requestId = `stream ${++requests}`;
  const { order: made } = await platform.run(
    platform.client(OrderService).submitOrder({ requestId, accountId, order }),
  );
  return made?.orderId ?? "";
}

const PRIVATE = [
  ["orders", Channel.ORDERS],
  ["fills", Channel.FILLS],
  ["balances", Channel.BALANCES],
  ["positions", Channel.POSITIONS],
] as const;
const ownChannels = (fields: object = {}) =>
  PRIVATE.map(([subscriptionId, channel]) => ({ subscriptionId, channel, accountId, ...fields }));

/** The newest message's cursor of an account: where a client resumes. */
function newestCursor(stream: TestStream): string {
  const cursors = PRIVATE.map(([id]) => stream.cursor(id)).filter((cursor) => cursor !== "");
  return cursors.sort((left, right) => Number(right.split(":")[1]) - Number(left.split(":")[1]))[0] ?? "";
}

describe("private channels", () => {
  test("begin with what stands and go on in commit order with one cursor", async () => {
    await submit(resting);
    await platform.clock.advance(300);
    const stream = await watch(ownChannels());
    expect(stream.snapshots("orders")[0]?.orders.map((order) => order.status)).toEqual([OrderStatus.LIVE]);
    expect(stream.snapshots("balances")[0]?.balances.map((balance) => balance.asset)).toEqual(["BTC", "USD"]);
    for (const [id] of PRIVATE) expect(stream.of(id)[0]?.content.value).toMatchObject({ last: true });
    await submit(market);
    await platform.clock.advance(300);
    expect(stream.updates("orders").map(({ orders }) => orders[0]?.status)).toEqual([
      OrderStatus.PENDING_SUBMIT,
      ...stream
        .updates("fills")
        .slice(1)
        .map(() => OrderStatus.PARTIALLY_FILLED),
      OrderStatus.FILLED,
    ]);
    const fill = stream.of("fills").find(({ content }) => content.case === "update");
    const balance = stream.of("balances").findLast(({ content }) => content.case === "update");
    const position = stream.of("positions").findLast(({ content }) => content.case === "update");
    expect([balance?.cursor, position?.cursor]).toEqual([fill?.cursor, fill?.cursor]);
    const sequences = stream.messages
      .filter(({ content }) => content.case === "update")
      .map(({ cursor }) => Number(cursor.split(":")[1]));
    expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
  });

  test("D1: balances and positions end where reads say they are", async () => {
    const stream = await watch(ownChannels());
    const orderId = await submit(resting);
    for (let index = 0; index < 5; index++) await submit({ ...market, side: index % 2 === 0 ? Side.BUY : Side.SELL });
    await platform.run(platform.client(OrderService).cancelOrder({ requestId: `c${++requests}`, accountId, orderId }));
    await platform.clock.advance(500);
    const known = new Map(stream.snapshots("balances")[0]?.balances.map((balance) => [balance.asset, balance]));
    for (const { balances } of stream.updates("balances"))
      for (const balance of balances) known.set(balance.asset, balance);
    const read = await platform.run(platform.client(AccountService).listBalances({ accountId }));
    expect([...known.values()].sort((left, right) => (left.asset < right.asset ? -1 : 1))).toEqual(read.balances);
    const positions = await platform.run(platform.client(AccountService).listPositions({ accountId }));
    expect(stream.updates("positions").at(-1)?.positions).toEqual(positions.positions);
  });

  test("I19: a cursor resumes without gap or repeat", async () => {
    const whole = await watch(ownChannels());
    const first = await watch(ownChannels());
    await submit(resting);
    await submit(market);
    await platform.clock.advance(300);
    const cursor = newestCursor(first);
    first.stop();
    for (let index = 0; index < 4; index++) await submit({ ...market, side: index % 2 === 0 ? Side.SELL : Side.BUY });
    await platform.clock.advance(300);
    const second = await watch(ownChannels({ cursor }));
    await submit(market);
    await platform.clock.advance(300);
    for (const [id] of PRIVATE) {
      expect(second.snapshots(id)).toEqual([]);
      expect([...first.updates(id), ...second.updates(id)]).toEqual(whole.updates(id));
      expect([...first.of(id), ...second.of(id)].map(({ cursor }) => cursor)).toEqual(
        whole.of(id).map(({ cursor }) => cursor),
      );
    }
  });

  test("a cursor that is too old brings a snapshot, not an error", async () => {
    const stream = await watch(ownChannels({ cursor: `${newestCursor(await watch(ownChannels())).split(":")[0]}:0` }));
    for (const [id] of PRIVATE) expect(["snapshot", "update"]).toContain(stream.kinds(id)[0] ?? "update");
    expect(stream.error).toBeUndefined();
  });

  test("orders and fills are never merged, balances are", async () => {
    const stream = await watch(ownChannels({ maxUpdatesPerSecond: 1 }));
    for (let index = 0; index < 10; index++) await submit(market);
    await platform.clock.advance(300);
    expect(stream.updates("orders").length).toBeGreaterThanOrEqual(20);
    expect(stream.updates("fills").length).toBeGreaterThanOrEqual(10);
    expect(stream.updates("balances").length).toBeLessThanOrEqual(3);
    await platform.clock.advance(1_500);
    const read = await platform.run(platform.client(AccountService).listBalances({ accountId }));
    const btc = stream
      .updates("balances")
      .flatMap(({ balances }) => balances)
      .findLast(({ asset }) => asset === "BTC");
    expect(btc).toEqual(read.balances.find(({ asset }) => asset === "BTC"));
  });

  test("merged balances lose nothing when resumed by the cursor of another channel", async () => {
    const stream = await watch(ownChannels({ maxUpdatesPerSecond: 1 }));
    for (let index = 0; index < 5; index++) await submit(market);
    await platform.clock.advance(100);
    const cursor = newestCursor(stream);
    stream.stop();
    const next = await watch(ownChannels({ maxUpdatesPerSecond: 1, cursor }));
    const read = await platform.run(platform.client(AccountService).listBalances({ accountId }));
    expect(next.updates("balances").at(-1)?.balances).toEqual(read.balances);
  });

  test("may be narrowed to an instrument", async () => {
    const stream = await watch(
      ownChannels({ instrumentId: "ETH-USD" }).filter(({ channel }) => channel !== Channel.BALANCES),
    );
    await submit(market);
    await submit({ ...market, instrumentId: "ETH-USD", quantity: "0.1" });
    await platform.clock.advance(300);
    const instruments = stream.updates("orders").flatMap(({ orders }) => orders.map((order) => order.instrumentId));
    expect(new Set(instruments)).toEqual(new Set(["ETH-USD"]));
    expect(
      stream
        .updates("positions")
        .at(-1)
        ?.positions.map((one) => one.instrumentId),
    ).toEqual(["ETH-USD"]);
  });

  test("D12: nobody hears of another's account", async () => {
    const other = await platform.account({ USD: "1000" });
    const authorization = await platform.user([], [{ accountId: other, role: Role.VIEWER }]);
    const denied = await watch(ownChannels(), { authorization });
    expect(denied.reason).toBe(Reason.UNKNOWN_ACCOUNT);
    const own = await watch(
      ownChannels().map((one) => ({ ...one, accountId: other })),
      { authorization },
    );
    await submit(market);
    await platform.clock.advance(300);
    expect(own.error).toBeUndefined();
    expect(own.messages.filter(({ content }) => content.case === "update")).toEqual([]);
  });

  test("D13: any number of tabs sees the same", async () => {
    const tabs = await Promise.all([watch(ownChannels()), watch(ownChannels()), watch(ownChannels())]);
    await submit(market);
    await platform.clock.advance(300);
    for (const tab of tabs) expect(tab.updates("fills")).toEqual(tabs[0]?.updates("fills"));
    expect(tabs[0]?.updates("fills").length).toBeGreaterThan(0);
  });
});

const BTC = { instrumentId: "BTC-USD" };

/** A book as a client keeps it: a snapshot, then changed levels. */
function bookOf(stream: TestStream, subscriptionId: string) {
  const sides = { bids: new Map<string, Level>(), asks: new Map<string, Level>() };
  for (const { content } of stream.of(subscriptionId)) {
    if (content.case === "resync") for (const side of Object.values(sides)) side.clear();
    if (content.case !== "snapshot" && content.case !== "update") continue;
    for (const name of ["bids", "asks"] as const) {
      for (const level of content.value.contents?.book?.[name] ?? []) {
        if (level.quantity === "0") sides[name].delete(level.price);
        else sides[name].set(level.price, level);
      }
    }
  }
  const sorted = (levels: Map<string, Level>, sign: number) =>
    [...levels.values()].sort((left, right) => sign * (Number(left.price) - Number(right.price)));
  return { bids: sorted(sides.bids, -1), asks: sorted(sides.asks, 1) };
}

async function readBook(depth: number) {
  const { book } = await platform.run(platform.client(MarketService).getBook({ ...BTC, depth }));
  return { bids: book?.bids, asks: book?.asks };
}

describe("market channels", () => {
  test.each([
    [5, 0],
    [20, 0],
    [5, 3],
  ])("I11: a book of depth %i at %i a second, kept by updates, is the book", async (depth, maxUpdatesPerSecond) => {
    const stream = await watch([{ subscriptionId: "b", channel: Channel.BOOK, ...BTC, depth, maxUpdatesPerSecond }]);
    await platform.clock.advance(5_000);
    const late = await watch([{ subscriptionId: "b", channel: Channel.BOOK, ...BTC, depth, maxUpdatesPerSecond }]);
    await platform.clock.advance(2_000);
    for (let round = 0; round < 10; round++) await platform.clock.settle();
    if (maxUpdatesPerSecond > 0) expect(stream.updates("b").length).toBeLessThanOrEqual(7 * maxUpdatesPerSecond + 2);
    else expect(stream.updates("b").length).toBeGreaterThan(30);
    expect(bookOf(stream, "b")).toEqual(bookOf(late, "b"));
    if (maxUpdatesPerSecond === 0) expect(bookOf(stream, "b")).toEqual(await readBook(depth));
  });

  test.each([[0], [4]])("a cursor resumes a book without a snapshot (%i a second)", async (maxUpdatesPerSecond) => {
    const terms = { subscriptionId: "b", channel: Channel.BOOK, ...BTC, depth: 5, maxUpdatesPerSecond };
    const first = await watch([terms]);
    await platform.clock.advance(3_000);
    first.stop();
    await platform.clock.advance(2_000);
    const second = await watch([{ ...terms, cursor: first.cursor("b") }]);
    const fresh = await watch([terms]);
    await platform.clock.advance(2_000);
    expect(second.kinds("b").filter((kind) => kind === "snapshot")).toEqual([]);
    first.messages.push(...second.messages);
    expect(bookOf(first, "b")).toEqual(bookOf(fresh, "b"));
  });

  test("trades come once each, in sequence, over a resume too", async () => {
    const terms = { subscriptionId: "t", channel: Channel.TRADES, ...BTC };
    const whole = await watch([terms]);
    const first = await watch([terms]);
    await platform.clock.advance(3_000);
    first.stop();
    await platform.clock.advance(2_000);
    const second = await watch([{ ...terms, cursor: first.cursor("t") }]);
    await platform.clock.advance(2_000);
    const ids = (stream: TestStream) =>
      stream.updates("t").flatMap(({ trades }) => trades.map((trade) => trade.matchId));
    expect(ids(whole).length).toBeGreaterThan(0);
    expect([...ids(first), ...ids(second)]).toEqual(ids(whole));
  });

  test("ticker, candles and state show what reads show", async () => {
    const stream = await watch([
      { subscriptionId: "k", channel: Channel.TICKER, ...BTC },
      { subscriptionId: "c", channel: Channel.CANDLES, ...BTC, candleInterval: CandleInterval.SECOND },
      { subscriptionId: "s", channel: Channel.MARKET_STATE, ...BTC },
    ]);
    await platform.clock.advance(3_000);
    const markets = platform.client(MarketService);
    const { ticker } = await platform.run(markets.getTicker(BTC));
    expect(stream.updates("k").at(-1)?.ticker).toMatchObject({
      bid: ticker?.bid,
      ask: ticker?.ask,
      last: ticker?.last,
    });
    const { candles } = await platform.run(
      markets.listCandles({ ...BTC, interval: CandleInterval.SECOND, pageSize: 2 }),
    );
    const known = new Map(
      [...stream.snapshots("c"), ...stream.updates("c")]
        .flatMap((one) => one.candles)
        .map((one) => [one.startTime?.seconds, one]),
    );
    for (const candle of candles) expect(known.get(candle.startTime?.seconds)).toEqual(candle);
    expect(stream.snapshots("s")[0]?.marketState).toMatchObject({ instrumentId: "BTC-USD", phase: 1 });
  });

  test("everybody hears of a new instrument", async () => {
    const stream = await watch([{ subscriptionId: "n", channel: Channel.NOTICES }]);
    const instrument: MessageInitShape<typeof InstrumentSchema> = {
      ...{
        instrumentId: "X-USD",
        baseAsset: "X",
        quoteAsset: "USD",
        tick: "0.01",
        lot: "1",
        marketModel: MarketModel.NONE,
      },
      ...{ minimumNotional: "1", maximumNotional: "1000", defaultMaximumQuantity: "10" },
      ...{ makerFee: "0", takerFee: "0", collar: "0.05" },
    };
    await platform.run(platform.client(InstrumentService).defineInstrument({ requestId: "x", instrument }));
    expect(stream.updates("n").flatMap(({ notices }) => notices.map(({ message }) => message))).toEqual([
      "X-USD can be traded.",
    ]);
  });
});

describe("a stream", () => {
  test("gives a sign of life every second", async () => {
    const stream = await watch([{ subscriptionId: "n", channel: Channel.NOTICES }]);
    await platform.clock.advance(5_000);
    expect(stream.messages.filter(({ content }) => content.case === "heartbeat")).toHaveLength(5);
    expect(stream.messages.every(({ serverTime }) => serverTime !== undefined)).toBe(true);
  });

  test.each([
    [{ channel: Channel.ORDERS }, "subscriptions[0].account_id"],
    [{ channel: Channel.BOOK }, "subscriptions[0].instrument_id"],
    [{ channel: Channel.CANDLES, ...BTC }, "subscriptions[0].candle_interval"],
    [{ channel: Channel.TICKER, ...BTC, depth: 5 }, "subscriptions[0].depth"],
    [{ channel: Channel.TRADES, ...BTC, candleInterval: CandleInterval.DAY }, "subscriptions[0].candle_interval"],
    [{ channel: Channel.TRADES, ...BTC, accountId: "demo" }, "subscriptions[0].account_id"],
    [{ channel: Channel.NOTICES, ...BTC }, "subscriptions[0].instrument_id"],
    [{ channel: Channel.TRADES, instrumentId: "NO-SUCH" }, "subscriptions[0].instrument_id"],
    [{ channel: Channel.TRADES, ...BTC, cursor: "oms/3:1" }, "subscriptions[0].cursor"],
    [{ channel: Channel.ORDERS, accountId: "demo", cursor: "nonsense" }, "subscriptions[0].cursor"],
    [{ channel: Channel.UNSPECIFIED }, "subscriptions[0].channel"],
    [{ channel: Channel.TRADES, ...BTC, maxUpdatesPerSecond: -1 }, "subscriptions[0].max_updates_per_second"],
  ])("is refused where a field is missing, unused or wrong: %o", async (fields, field) => {
    const stream = await watch([{ subscriptionId: "x", ...fields }]);
    expect(stream.field).toBe(field);
  });

  test("is refused when an id stands there twice, or too many are asked for", async () => {
    const one = { subscriptionId: "x", channel: Channel.TRADES, ...BTC };
    expect((await watch([one, one])).field).toBe("subscriptions[1].subscription_id");
    const many = Array.from({ length: 65 }, (_, index) => ({ ...one, subscriptionId: `x${index}` }));
    expect((await watch(many)).field).toBe("subscriptions");
  });

  test("F22: a slow reader's buffer is bounded: it gets one resync and a new snapshot, and is right again", async () => {
    const subscriptions = [
      ...ownChannels(),
      { subscriptionId: "b", channel: Channel.BOOK, ...BTC, depth: 1_000 },
      ...Array.from({ length: 20 }, (_, index) => ({ subscriptionId: `t${index}`, channel: Channel.TICKER, ...BTC })),
    ];
    const stream = await watch(subscriptions);
    stream.pause();
    for (let index = 0; index < 3; index++) await submit(market);
    await platform.clock.advance(150_000);
    stream.resume();
    await platform.clock.advance(1_000);
    expect(stream.kinds("b").filter((kind) => kind === "resync")).toHaveLength(1);
    for (const [id] of PRIVATE) {
      const kinds = stream.kinds(id);
      expect(kinds.slice(kinds.indexOf("resync"))).toEqual(["resync", "snapshot"]);
    }
    expect(bookOf(stream, "b")).toEqual(await readBook(1_000));
    const afterResync = stream.of("balances").findLast(({ content }) => content.case === "snapshot");
    const read = await platform.run(platform.client(AccountService).listBalances({ accountId }));
    expect(afterResync?.content.value).toMatchObject({ contents: { balances: read.balances } });
  });

  test("I26: ends UNAUTHENTICATED within seconds when its key is revoked", async () => {
    const identity = platform.client(IdentityService);
    const userId = `watcher ${++requests}`;
    await platform.run(identity.createUser({ userId }));
    const { secret, apiKey } = await platform.run(identity.createApiKey({ requestId: userId, userId }));
    const stream = await watch([{ subscriptionId: "t", channel: Channel.TICKER, ...BTC }], {
      authorization: `Bearer ${secret}`,
    });
    expect(stream.kinds("t")[0]).toBe("snapshot");
    await platform.run(identity.revokeApiKey({ keyId: apiKey?.keyId ?? "" }));
    await platform.clock.advance(2_000);
    expect(stream.reason).toBe(Reason.NOT_SIGNED_IN);
  });
});
