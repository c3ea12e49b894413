import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderCommandFrameSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { MarketService, type PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService, type ReadLogRequestSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { copiedRecord } from "@atlas/platform/wire/codec/copied-frame";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { anyUnpack, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { createAsyncIterable, createWritableIterable } from "@connectrpc/connect/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";

const platform = new GatewayPlatform();
beforeAll(async () => {
  await platform.start();
  for (let count = 0; count < 3; count++) await platform.user([]);
});

const operations = () => platform.client(OperationsService);
const TOPIC = "identity.commands";

async function readLog(request: MessageInitShape<typeof ReadLogRequestSchema>) {
  const read = async () => {
    const records = [];
    for await (const record of operations().readLog(request)) records.push(record);
    return records;
  };
  return platform.run(read());
}

describe("the state of the platform", () => {
  test("every shard says what it knows of itself, with its hash if asked", async () => {
    const { shards } = await platform.run(operations().getSystemState({ withStateHash: true }));
    expect(shards.map(({ shard }) => shard)).toHaveLength(16 + 8 + 2);
    expect(shards.every(({ ready, stateHash }) => ready && stateHash.length > 0)).toBe(true);
    const one = await platform.run(operations().getSystemState({ shard: "oms/3" }));
    expect(one.shards.map(({ shard }) => shard)).toEqual(["oms/3"]);
    const none = operations().getSystemState({ shard: "oms/99" });
    expect(refusalOf(await platform.run(none.catch((error: unknown) => error)))?.field).toBe("shard");
  });

  test("I1: what accounts have and shards hold is what came in less what went out", async () => {
    const { shards } = await platform.run(operations().getSystemState({}));
    const sums = new Map<string, bigint>();
    const minor = (decimal: string) => {
      const [whole = "0", fraction = ""] = decimal.split(".");
      const magnitude = BigInt(whole.replace("-", "") + fraction.padEnd(8, "0"));
      return decimal.startsWith("-") ? -magnitude : magnitude;
    };
    for (const { asset, available, reserved, clearing, fees, deposited, withdrawn } of shards.flatMap(
      (one) => one.totals,
    )) {
      const held = minor(available) + minor(reserved) + minor(clearing) + minor(fees);
      sums.set(asset, (sums.get(asset) ?? 0n) + held - minor(deposited) + minor(withdrawn));
    }
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
    expect(sums.size).toBeGreaterThan(3);
  });
});

describe("the log", () => {
  test("is counted by partition", async () => {
    const { partitions } = await platform.run(operations().countLog({ topic: "orders.events" }));
    expect(partitions.map(({ partition }) => partition)).toEqual(Array.from({ length: 16 }, (_, number) => number));
    expect(partitions.some(({ endOffset }) => endOffset > 0n)).toBe(true);
  });

  test("is read from an offset, at most so many records, as frames", async () => {
    const all = await readLog({ topic: TOPIC, limit: 1_000 });
    expect(all.length).toBeGreaterThan(3);
    expect(all.map(({ offset }) => Number(offset))).toEqual(all.map((_, index) => index));
    const some = await readLog({ topic: TOPIC, fromOffset: 1n, limit: 2 });
    expect(some).toEqual(all.slice(1, 3));
    expect(all[0]?.frame?.typeUrl).toContain("IdentityCommandFrame");
  });

  test("is read from a time", async () => {
    const { partitions } = await platform.run(operations().countLog({ topic: "venue.orders" }));
    const partition = partitions.find(({ endOffset }) => endOffset > 3n)?.partition ?? 0;
    const all = await readLog({ topic: "venue.orders", partition, limit: 1_000 });
    const last = all.at(-1);
    const times = all.map(({ appendTime }) => (appendTime === undefined ? 0 : timestampMs(appendTime)));
    const fromTime = timestampFromMs(times.at(-1) ?? 0);
    const from = await readLog({ topic: "venue.orders", partition, fromTime, limit: 1_000 });
    expect(from[0]).toEqual(all[times.indexOf(times.at(-1) ?? 0)]);
    expect(from.map(({ offset }) => offset)).toContain(last?.offset);
    expect(from.length).toBeLessThan(all.length);
    const never = { topic: "venue.orders", partition, fromTime: timestampFromMs(2e12), limit: 10 };
    expect(await readLog(never)).toEqual([]);
  });

  test("S1: what was copied is told, and found, by when its original was appended", async () => {
    const { log, digest } = platform;
    const topic = "exec.reports";
    const { end } = await platform.run(log.range(topic, 0));
    const bytes = encodeFrame({ source: "oms/0", writer: "w", firstNumber: 0n }, [], digest);
    const copy = copiedRecord({ offset: end, appendTime: 1_000, bytes }, digest);
    await platform.run(log.append(topic, 0, copy));
    const [record] = await readLog({ topic, partition: 0, fromOffset: BigInt(end) });
    expect(timestampMs(record?.appendTime ?? timestampFromMs(0))).toBe(1_000);
    expect(await readLog({ topic, partition: 0, fromTime: timestampFromMs(1_001), limit: 10 })).toEqual([]);
  });

  test("is followed until so many records came", async () => {
    const { partitions } = await platform.run(operations().countLog({ topic: "orders.commands" }));
    const orders = platform.client(OrderService);
    const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "100" };
    const { order: made } = await platform.run(orders.submitOrder({ requestId: "tail", accountId: "demo", order }));
    const partition = Number.parseInt(made?.orderId.slice(0, 2) ?? "", 16);
    const end = partitions.find((one) => one.partition === partition)?.endOffset ?? 0n;
    const records = await readLog({ topic: "orders.commands", partition, fromOffset: end, limit: 2, follow: true });
    const [first] = records;
    const frame = first?.frame === undefined ? undefined : anyUnpack(first.frame, OrderCommandFrameSchema);
    expect(frame?.messages[0]?.requestId).toBe("tail");
    expect(records).toHaveLength(2);
  });

  test.each([
    [{ topic: "no.such" }, Reason.UNKNOWN_TOPIC],
    [{ topic: TOPIC, partition: 1 }, Reason.UNKNOWN_TOPIC],
    [{ topic: TOPIC, fromOffset: 1_000_000n }, Reason.INVALID_FIELD],
    [{ topic: TOPIC, limit: -1 }, Reason.INVALID_FIELD],
  ])("refuses %o", async (request, reason) => {
    const error = await readLog(request).catch((thrown: unknown) => thrown);
    expect(refusalOf(error)?.reason).toBe(reason);
  });
});

type Step = MessageInitShape<typeof PlayRecordingRequestSchema>;
const USDT = { instrumentId: "BTC-USDT" };
const level = (side: Side, price: string, quantity: string) => ({ side, price, quantity });

function play(steps: Step[]) {
  return platform.run(platform.client(MarketService).playRecording(createAsyncIterable(steps)));
}

function refusalOfPlay(steps: AsyncIterable<Step>) {
  return platform.run(platform.client(MarketService).playRecording(steps)).then(() => undefined, refusalOf);
}

async function book() {
  const { book } = await platform.run(platform.client(MarketService).getBook(USDT));
  return {
    bids: book?.bids.map(({ price, quantity }) => `${quantity}@${price}`),
    asks: book?.asks.map(({ price, quantity }) => `${quantity}@${price}`),
  };
}

describe("a recorded market", () => {
  const first = {
    ...USDT,
    levels: [level(Side.BUY, "100", "2"), level(Side.BUY, "99", "1"), level(Side.SELL, "101", "3")],
  };

  test("sets the levels of its participant, lets its takers trade, and begins anew", async () => {
    const trade = { takerSide: Side.SELL, price: "100", quantity: "0.5" };
    const { steps } = await play([first, { ...USDT, levels: [level(Side.BUY, "99", "0.0")], trades: [trade] }]);
    expect(steps).toBe(2n);
    await platform.clock.advance(100);
    expect(await book()).toEqual({ bids: ["1.5@100"], asks: ["3@101"] });
    await play([{ ...USDT, levels: [level(Side.SELL, "102", "1")] }]);
    await platform.clock.advance(100);
    expect(await book()).toEqual({ bids: [], asks: ["1@102"] });
    await play([first, { ...USDT, clear: true, levels: [level(Side.BUY, "98", "1")] }]);
    await platform.clock.advance(100);
    expect(await book()).toEqual({ bids: ["1@98"], asks: [] });
  });

  test("a trader trades against it", async () => {
    await play([first]);
    const order = { ...USDT, side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "101" };
    const orders = platform.client(OrderService);
    const { order: made } = await platform.run(orders.submitOrder({ requestId: "against", accountId: "demo", order }));
    await platform.clock.advance(300);
    const { order: filled } = await platform.run(orders.getOrder({ accountId: "demo", orderId: made?.orderId ?? "" }));
    expect(filled).toMatchObject({ status: OrderStatus.FILLED, averagePrice: "101" });
  });

  test("one that gives way ends for one that does not, and may begin when that is over", async () => {
    const own = { ...first, givesWay: true };
    const given = createWritableIterable<Step>();
    const giving = refusalOfPlay(given);
    await platform.run(given.write(own));
    const client = createWritableIterable<Step>();
    const playing = platform.client(MarketService).playRecording(client);
    await platform.run(client.write({ ...USDT, levels: [level(Side.SELL, "103", "1")] }));
    given.write(own).catch(() => undefined);
    expect((await giving)?.reason).toBe(Reason.CONFLICT);
    for (const other of [first, own]) {
      expect((await refusalOfPlay(createAsyncIterable([other])))?.reason).toBe(Reason.CONFLICT);
    }
    client.close();
    expect(await platform.run(playing)).toMatchObject({ steps: 1n });
    await platform.clock.advance(100);
    expect(await book()).toEqual({ bids: [], asks: ["1@103"] });
    expect(await play([own])).toMatchObject({ steps: 1n });
  });

  test.each([
    [{ instrumentId: "NO-SUCH" }, Reason.UNKNOWN_INSTRUMENT, "instrument_id"],
    [{ instrumentId: "BTC-USD" }, Reason.CONFLICT, "instrument_id"],
    [{ ...USDT, levels: [level(Side.BUY, "100.001", "1")] }, Reason.OFF_TICK, "levels[0].price"],
    [{ ...USDT, levels: [level(Side.BUY, "0", "1")] }, Reason.INVALID_FIELD, "levels[0].price"],
    [
      { ...USDT, trades: [{ takerSide: Side.BUY, price: "100", quantity: "0" }] },
      Reason.INVALID_FIELD,
      "trades[0].quantity",
    ],
    [
      { ...USDT, trades: [{ takerSide: Side.BUY, price: "100", quantity: "0.000001" }] },
      Reason.OFF_LOT,
      "trades[0].quantity",
    ],
  ])("refuses %o", async (step, reason, field) => {
    const error = await play([step]).catch((thrown: unknown) => thrown);
    expect(refusalOf(error)).toMatchObject({ reason, field });
  });
});
