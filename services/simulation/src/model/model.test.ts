import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { beforeAll, expect, test } from "vitest";
import { TradingFloor } from "../clients/trading-floor.ts";
import type { Answer, AskedReplacement, ClientRequest } from "./client-model.ts";
import { FundsModel } from "./funds-model.ts";
import { LedgerModel } from "./ledger-model.ts";
import { modelOf } from "./log-model.ts";
import { type Logged, type LogReading, readLog } from "./log-reading.ts";
import { OrderModel } from "./order-model.ts";
import { ReplaceModel } from "./replace-model.ts";
import { Violations } from "./violations.ts";

let reading: LogReading;

beforeAll(async () => {
  const platform = await new MemoryPlatform().start();
  const floor = await new TradingFloor(platform, 3).open(40);
  await platform.clock.advance(5_000);
  await floor.close();
  reading = await readLog(platform);
}, 60_000);

type Case = OrderEvent["event"]["case"];

/** The same log with the first event of a kind told otherwise. */
function altered(kind: Case, change: (event: OrderEvent) => Partial<OrderEvent>): LogReading {
  let isChanged = false;
  const orderEvents = reading.orderEvents.map((logged): Logged<OrderEvent> => {
    const { message } = logged;
    if (isChanged || message === undefined || message.event.case !== kind) return logged;
    isChanged = true;
    return { ...logged, message: { ...message, ...change(message) } };
  });
  expect(isChanged).toBe(true);
  return { ...reading, orderEvents };
}

function broken(log: LogReading): Set<string> {
  const violations = new Violations();
  modelOf(log, violations);
  return violations.broken;
}

/** The event's progress with something else in it. */
function progress(event: OrderEvent, change: object): Partial<OrderEvent> {
  const { value } = event.event as { value: { progress: object } };
  return {
    event: { ...event.event, value: { ...value, progress: { ...value.progress, ...change } } } as OrderEvent["event"],
  };
}

test("what stands on the log breaks nothing", () => {
  expect([...broken(reading)]).toEqual([]);
});

test.each<[string, string, Case, (event: OrderEvent) => Partial<OrderEvent>]>([
  ["a posting is lost", "I4", "orderFilled", ({ postings }) => ({ postings: postings.slice(1) })],
  [
    "a posting is told twice",
    "I4",
    "orderFilled",
    ({ postings }) => ({ postings: [...postings, postings[0] as never] }),
  ],
  ["nothing is locked", "I14", "orderAccepted", () => ({ postings: [] })],
  ["a fee is kept from the house", "I1", "orderFilled", (event) => progress(event, { fees: "0" })],
  [
    "a state comes that cannot",
    "I5",
    "orderLive",
    (event) => progress(event, { status: OrderStatus.PENDING_SUBMIT + 100 }),
  ],
  ["a version is passed over", "I5", "orderLive", (event) => progress(event, { version: 9n })],
  ["a replace brings another limit", "I5", "orderReplaced", (event) => progress(event, { limitPrice: "1" })],
  ["a fill changes what was asked for", "I5", "orderFilled", (event) => progress(event, { limitPrice: "1" })],
  ["a remainder is lost", "D7", "orderFilled", (event) => progress(event, { leavesQuantity: "0.5" })],
  ["less is reserved than it can cost", "I3", "orderLive", (event) => progress(event, { reserved: "1" })],
  ["a command is decided without an event", "I18", "commandAnswered", () => ({ cause: undefined })],
])("D27: %s: %s is broken, and seen", (_, id, kind, change) => {
  expect(broken(altered(kind, change))).toContain(id);
});

test("D27: two owners who differ in a byte: I20 is broken, and seen", () => {
  const [first] = reading.orderEvents;
  if (first === undefined) throw new Error("nothing is on the log");
  const other = { ...first, bytes: first.bytes.map((byte) => byte ^ 1) };
  expect(broken({ ...reading, orderEvents: [...reading.orderEvents, other] })).toContain("I20");
});

test("D27: one side of a trade is missing: I8 is broken, and seen", () => {
  const fill = reading.orderEvents.find(({ message }) => message?.event.case === "orderFilled");
  const rest = reading.orderEvents.filter((logged) => logged !== fill);
  expect(broken({ ...reading, orderEvents: rest }).size).toBeGreaterThan(0);
  const one = altered("orderFilled", (event) => {
    const { value } = event.event as { value: { fill: object } };
    return {
      event: { case: "orderFilled", value: { ...value, fill: { ...value.fill, matchId: "another" } } } as never,
    };
  });
  expect(broken(one)).toContain("I8");
});

test("D27: an event is missing: I19 is broken, and seen", () => {
  const rest = reading.orderEvents.filter((_, index) => index !== 5);
  expect(broken({ ...reading, orderEvents: rest })).toContain("I19");
});

test("D27: an order reaches a venue that nobody accepted: I13 is broken, and seen", () => {
  const venueOrders = reading.venueOrders.map((logged) => {
    const command = logged.message?.command;
    if (command?.case !== "place") return logged;
    const value = { ...command.value, quantity: "77" };
    return { ...logged, message: { ...logged.message, command: { case: "place" as const, value } } } as typeof logged;
  });
  expect(broken({ ...reading, venueOrders })).toContain("I13");
});

test("D27: a level of a book of clients is told otherwise: I9 is broken, and seen", () => {
  let isChanged = false;
  const marketData = reading.marketData.map((logged): (typeof reading.marketData)[number] => {
    const { message } = logged;
    if (isChanged || message?.instrumentId !== "ETH-USD" || message.event.case !== "delta") return logged;
    const { value } = message.event;
    const [first, ...rest] = value.bids;
    if (first === undefined || first.orderCount === 0) return logged;
    isChanged = true;
    const bids = [{ ...first, quantity: "777" }, ...rest];
    return { ...logged, message: { ...message, event: { case: "delta", value: { ...value, bids } } } };
  });
  expect(isChanged).toBe(true);
  expect([...broken({ ...reading, marketData })]).toEqual(["I9"]);
});

test("D27: funds are moved twice for one request: I6 is broken, and seen", () => {
  const event = reading.orderEvents.find(({ message }) => message?.event.case === "fundsMoved")?.message as OrderEvent;
  const violations = new Violations();
  const twice = new FundsModel(violations);
  twice.take(event);
  expect([...violations.broken]).toEqual([]);
  twice.take(event);
  expect([...violations.broken]).toEqual(["I6"]);
});

const DONE: Answer = { kind: "DONE" };
const NOTHING: Answer = { kind: "NOTHING", reason: "RESOURCE_EXHAUSTED" };
const UNKNOWN: Answer = { kind: "UNKNOWN", reason: "DEADLINE_EXCEEDED" };

test.each<[string, readonly Answer[], boolean, Partial<ClientRequest["funds"]>, string[]]>([
  ["told and there", [UNKNOWN, DONE], true, {}, []],
  ["unknown, there or not", [UNKNOWN], true, {}, []],
  ["told that nothing was done, and nothing is", [NOTHING], false, {}, []],
  ["told and lost", [DONE], false, {}, ["I7"]],
  ["told that nothing was done, and there", [NOTHING], true, {}, ["I7"]],
  ["of another amount", [DONE], true, { amount: "77" }, ["I6"]],
  ["of another asset", [DONE], true, { asset: "ETC" }, ["I6"]],
])("D27: a deposit %s", (_name, answers, isThere, change, due) => {
  const event = reading.orderEvents.find(({ message }) => message?.event.case === "fundsMoved")?.message as OrderEvent;
  const { accountId, requestId } = event;
  const { asset = "", amount = "" } =
    (event.event.value as { amounts: { asset: string; amount: string }[] }).amounts[0] ?? {};
  const violations = new Violations();
  const model = new FundsModel(violations);
  if (isThere) model.take(event);
  const funds = { asset, amount, ...change };
  model.end([{ accountId, requestId, method: "deposit", funds, answers: [...answers] }]);
  expect([...violations.broken]).toEqual(due);
});

const ORDER: Answer = { kind: "ORDER", order: { orderId: "told" } as Order };
const REFUSED: Answer = { kind: "REFUSED", reason: "STALE_VERSION", orderId: "", field: "" };

test.each<[string, readonly Answer[], boolean, Partial<AskedReplacement>, string[]]>([
  ["told and there", [UNKNOWN, ORDER], true, {}, []],
  ["unknown, there or not", [UNKNOWN], true, {}, []],
  ["there, and refused when it was repeated", [UNKNOWN, REFUSED], true, {}, []],
  ["told that nothing was done, and nothing is", [NOTHING, REFUSED], false, {}, []],
  ["told and lost", [ORDER], false, {}, ["I7"]],
  ["told that nothing was done, and there", [REFUSED], true, {}, ["I7"]],
  ["of another order", [ORDER], true, { orderId: "another" }, ["I6"]],
  ["of another quantity", [ORDER], true, { quantity: "77" }, ["I6"]],
  ["of another limit", [ORDER], true, { limitPrice: "77" }, ["I6"]],
  ["of a quantity that was to stay", [ORDER], true, { quantity: "" }, ["I6"]],
])("D27: a replace %s", (_name, answers, isThere, change, due) => {
  const { event, before } = aReplace();
  const violations = new Violations();
  const orders = new OrderModel(violations, new LedgerModel(violations));
  for (const one of before) orders.take(one);
  violations.broken.clear();
  const model = new ReplaceModel(violations, orders);
  if (isThere) model.take(event);
  const { accountId, requestId, orderId } = event;
  if (event.event.case !== "replaceRequested") throw new Error("no replace is on the log");
  const { quantity, limitPrice } = event.event.value;
  const replacement = { orderId, quantity, limitPrice, ...change };
  model.end([{ accountId, requestId, method: "replace", replacement, answers: [...answers] }]);
  expect([...violations.broken]).toEqual(due);
});

test("D27: a replace goes out that nobody asked for: I6 is broken, and seen", () => {
  const violations = new Violations();
  const model = new ReplaceModel(violations, new OrderModel(violations, new LedgerModel(violations)));
  model.take(aReplace().event);
  model.end([]);
  expect([...violations.broken]).toEqual(["I6"]);
});

/** The first replace that asks for another quantity and another limit, and what its order had come to before it. */
function aReplace(): { readonly event: OrderEvent; readonly before: readonly OrderEvent[] } {
  const events = reading.orderEvents.flatMap(({ message }) => message ?? []);
  const index = events.findIndex(({ event }) => {
    if (event.case !== "replaceRequested") return false;
    const { quantity, limitPrice, progress } = event.value;
    return quantity !== progress?.quantity && limitPrice !== progress?.limitPrice;
  });
  const event = events[index] as OrderEvent;
  return { event, before: events.slice(0, index).filter(({ orderId }) => orderId === event.orderId) };
}
