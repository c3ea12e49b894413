import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Bucket, PostingReason } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { Liquidity, OrderStatus, SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { describe, expect, test } from "vitest";
import { Findings } from "./findings.ts";
import { command, event, FixtureLog, lifeOfAnOrder, marketEvent } from "./log.fixture.ts";
import { checkMarketData } from "./market-check.ts";
import { checkOrderLog } from "./order-log-check.ts";
import { checkVenueOrders } from "./venue-order-check.ts";

async function examine(log: FixtureLog): Promise<Findings> {
  const findings = new Findings();
  const readings = await checkOrderLog(log, findings, () => Number.MAX_SAFE_INTEGER);
  await checkVenueOrders(log, findings, readings);
  await checkMarketData(log, findings);
  return findings;
}

function brokenRules(findings: Findings): string[] {
  return findings.all().flatMap(({ invariant, holds }) => (holds ? [] : [invariant]));
}

/** The events, with the commands that they cite. */
function logOf(events: readonly OrderEvent[], commands = 5): FixtureLog {
  const log = new FixtureLog();
  for (let number = 1; number <= commands; number++) log.commands(number, command());
  for (const one of events) log.events(one);
  return log;
}

/** The life of an order with one of its events changed. */
function changed(sequence: number, change: (event: OrderEvent) => unknown): OrderEvent[] {
  const events = lifeOfAnOrder();
  change(events[sequence - 1] as OrderEvent);
  return events;
}

/** Where the order stands after an event of the fixture. */
function progressOf({ event: body }: OrderEvent) {
  const progress = body.case === "orderLive" || body.case === "orderFilled" ? body.value.progress : undefined;
  if (progress === undefined) throw new Error("no progress");
  return progress;
}

function fillOf({ event: body }: OrderEvent) {
  const fill = body.case === "orderFilled" || body.case === "allotmentTraded" ? body.value.fill : undefined;
  if (fill === undefined) throw new Error("no fill");
  return fill;
}

/** Two orders of one owner, on two accounts, meet; the second arrives, in this mode. */
function tradeWithItself(selfTradePrevention: SelfTradePrevention): OrderEvent[] {
  const { EXTERNAL, AVAILABLE, RESERVED, CLEARING } = Bucket;
  const moves = (from: Bucket, to: Bucket, asset: string, amount: string, orderId = "") => ({
    ...{ accountId: "b", asset, fromBucket: from, toBucket: to, amount, orderId, reason: PostingReason.RESERVE },
  });
  const [paid, accepted, live, filled] = lifeOfAnOrder() as [OrderEvent, OrderEvent, OrderEvent, OrderEvent];
  if (accepted.event.case !== "orderAccepted" || filled.event.case !== "orderFilled") throw new Error("another life");
  const { order } = accepted.event.value;
  const { progress, fill } = filled.event.value;
  if (order === undefined || progress === undefined || fill === undefined) throw new Error("another life");
  const sold = { ...order, orderId: "o2", accountId: "b", requestId: "r2", side: Side.SELL, selfTradePrevention };
  const seller = { accountId: "b", orderId: "o2" };
  const sale = { ...fill, orderId: "o2", executionId: "x2", side: Side.SELL, liquidity: Liquidity.TAKER };
  return [
    ...[paid, accepted, live, filled],
    event(5, { accountId: "b", postings: [moves(EXTERNAL, AVAILABLE, "BTC", "1")] }),
    event(6, {
      ...seller,
      postings: [moves(AVAILABLE, RESERVED, "BTC", "1", "o2")],
      event: {
        case: "orderAccepted",
        value: { order: { ...sold, reserved: { $typeName: "atlas.money.v1.Amount", asset: "BTC", amount: "1" } } },
      },
    }),
    event(7, {
      ...seller,
      postings: [moves(RESERVED, CLEARING, "BTC", "1", "o2"), moves(CLEARING, AVAILABLE, "USD", "100", "o2")],
      event: { case: "orderFilled", value: { progress: { ...progress, version: 2n }, fill: sale } },
    }),
  ];
}

describe("D27: the doctor reads orders' events", () => {
  test("and finds nothing in the life of an order", async () => {
    const findings = await examine(logOf(lifeOfAnOrder()));
    expect(brokenRules(findings)).toEqual([]);
    expect(findings.all().find((one) => one.invariant === "I8")?.text).toMatch(/^1 /);
    expect(findings.all().find((one) => one.invariant === "I5")?.text).toMatch(/^3 /);
  });

  const set = Object.assign;
  const firstPosting = (one: OrderEvent) => one.postings[0] ?? {};
  const afterEnd = event(6, {
    orderId: "o1",
    event: { case: "orderLive", value: { progress: { status: OrderStatus.LIVE, version: 4n, quantity: "1" } } },
  });
  const flaws: readonly [string, string, OrderEvent[]][] = [
    ["I2", "money that is not there", changed(2, (one) => set(firstPosting(one), { amount: "2000" }))],
    ["I2", "a posting of nothing", changed(1, (one) => set(firstPosting(one), { amount: "0" }))],
    ["I3", "an order that says more is reserved", changed(3, (one) => set(progressOf(one), { reserved: "120" }))],
    ["I4", "a rest that stays reserved", changed(4, (one) => set(firstPosting(one), { amount: "90" }))],
    ["I5", "a version left out", changed(4, (one) => set(progressOf(one), { version: 4n }))],
    ["I5", "no such arrow", changed(3, (one) => set(progressOf(one), { status: OrderStatus.UNTRIGGERED }))],
    ["I5", "quantities that do not add up", changed(4, (one) => set(progressOf(one), { leavesQuantity: "0.5" }))],
    ["I5", "an event after the end", [...lifeOfAnOrder(), afterEnd]],
    ["I8", "sides of unequal price", changed(5, (one) => set(fillOf(one), { price: "101" }))],
    ["I8", "two buyers", changed(5, (one) => set(fillOf(one), { side: Side.BUY }))],
    ["I8", "a price beyond the limit", changed(4, (one) => set(fillOf(one), { price: "100.01" }))],
    ["I20", "a repeat that differs", [...lifeOfAnOrder(), event(3, { orderId: "o2" })]],
    ["I19", "an event left out", lifeOfAnOrder().filter((one) => one.sequence !== 3n)],
  ];
  test.each(flaws)("%s: %s", async (invariant, _, events) => {
    expect(brokenRules(await examine(logOf(events, 6)))).toContain(invariant);
  });

  test("I1: clearing is what the venue stamped on its last report", async () => {
    const report = (amount: string) =>
      command({
        command: {
          case: "report",
          value: {
            linkTotals: [
              { asset: "USD", amount },
              { asset: "BTC", amount: "-1" },
            ],
          },
        },
      });
    for (const [amount, broken] of [
      ["100", []],
      ["99", ["I1"]],
    ] as const) {
      const log = new FixtureLog();
      for (const number of [1, 2, 3]) log.commands(number, command());
      log.reports(1, report(amount));
      log.commands(4, command());
      for (const one of lifeOfAnOrder()) log.events(one);
      expect(brokenRules(await examine(log))).toEqual(broken);
    }
  });

  test("I6: a request that makes two orders", async () => {
    const events = lifeOfAnOrder();
    const again = lifeOfAnOrder()[1] as OrderEvent;
    again.sequence = 6n;
    again.orderId = "o2";
    if (again.event.case === "orderAccepted" && again.event.value.order) again.event.value.order.orderId = "o2";
    for (const one of again.postings) one.orderId = "o2";
    expect(brokenRules(await examine(logOf([...events, again], 5)))).toEqual(["I6"]);
  });

  test("I8: a trade with one side only, unless the other may still be under way", async () => {
    const oneSided = lifeOfAnOrder().filter((one) => one.sequence !== 5n);
    expect(brokenRules(await examine(logOf(oneSided)))).toEqual([]);
    fillOf(oneSided[3] as OrderEvent).occurredAt = timestampOf(1_000);
    const later = lifeOfAnOrder()[4] as OrderEvent;
    Object.assign(fillOf(later), { matchId: "m2", occurredAt: timestampOf(60_000) });
    expect(brokenRules(await examine(logOf([...oneSided, later])))).toEqual(["I8"]);
  });

  test.each([
    ["as it was accepted", "oms/0:2", "1", []],
    ["of more than was accepted", "oms/0:2", "1.1", ["I13"]],
    ["by an event that sends none", "oms/0:3", "1", ["I13"]],
    ["decided after the log was read", "oms/0:9", "1", []],
  ])("I13: an order at a venue %s", async (_, commandId, quantity, broken) => {
    const log = logOf(lifeOfAnOrder());
    const value = { orderId: "o1", accountId: "a", side: Side.BUY, quantity, limitPrice: "100" };
    log.venueOrders(1, { commandId, command: { case: "place", value } });
    expect(brokenRules(await examine(log))).toEqual(broken);
  });

  test.each([
    ["who says nothing of it", SelfTradePrevention.UNSPECIFIED, ["I12"]],
    ["who allows it", SelfTradePrevention.ALLOW, []],
  ])("I12: an owner %s trades with itself", async (_, mode, broken) => {
    expect(brokenRules(await examine(logOf(tradeWithItself(mode), 7)))).toEqual(broken);
  });

  test("I20: a repeat that is the same changes nothing", async () => {
    const events = lifeOfAnOrder();
    expect(brokenRules(await examine(logOf([...events, ...events.slice(1)])))).toEqual([]);
  });

  describe("behind more events than a Map has entries", () => {
    const first = 2 ** 24;
    const events = () => [0, 1, 2].map((number) => event(first + number, { accountId: "a" }));
    test.each<[string, OrderEvent[], string[]]>([
      ["I20: a repeat that is the same changes nothing", [...events(), ...events()], []],
      ["I20: a repeat that differs is told", [...events(), event(first + 1, { accountId: "b" })], ["I20"]],
      ["I19: one that is missing is told", [...events(), event(first + 4, { accountId: "a" })], ["I19"]],
      ["I19: so is a number that nobody wrote", [...events(), event(2 ** 40, { accountId: "a" })], ["I19"]],
    ])("%s", async (_, found, broken) => {
      expect(brokenRules(await examine(logOf(found, 0)))).toEqual(broken);
    });
  });

  test("I18: of a frame's commands each has its event, or is told", async () => {
    const log = new FixtureLog();
    log.commands(1, command(), command(), command());
    log.commands(4, command());
    log.append(topics.orderCommands.name, new Uint8Array([1, 2, 3]));
    const cited = [0, 1, 1, 2].map((index) => ({ offset: 0n, index }));
    const events = [...cited, { offset: 1n, index: 0 }].map((cause, index) => event(index + 1, { cause }));
    for (const one of events) log.events(one);
    const holds = await examine(log);
    expect(holds.all().find(({ invariant }) => invariant === "I18")?.text).toMatch(/^4 /);
    expect(brokenRules(holds)).toEqual(["S1"]);
    Object.assign(events[3]?.cause ?? {}, { index: 1 });
    const other = new FixtureLog();
    other.commands(1, command(), command(), command());
    other.commands(4, command());
    for (const one of events) other.events(one);
    const found = (await examine(other)).all().find(({ invariant }) => invariant === "I18");
    expect(found).toMatchObject({ holds: false, text: "oms/0: no event cites the input at 0.2" });
  });

  test("I18: a command without an event; a repeat on its link and a timer need none", async () => {
    const log = new FixtureLog();
    for (const number of [1, 2, 3, 4]) log.commands(number, command());
    log.commands(4, command());
    log.commands(5, command());
    const events = lifeOfAnOrder();
    Object.assign(events[4]?.cause ?? {}, { offset: 5n });
    for (const one of events) log.events(one);
    expect(brokenRules(await examine(log))).toEqual([]);
    Object.assign(events[4]?.cause ?? {}, { offset: 3n });
    Object.assign(events[2]?.cause ?? {}, { offset: 1n });
    expect(brokenRules(await examine(logOf(events)))).toEqual(["I18"]);
  });

  test("S4: of a frame of a link that was damaged, and sent again, only the damage is told", async () => {
    const log = logOf(lifeOfAnOrder());
    const [damaged, behind] = [5, 6];
    log.append(topics.orderCommands.name, new Uint8Array([1, 2, 3]));
    log.reports(2, command());
    log.reports(1, command(), command());
    const told = { event: { case: "inputUnreadable" as const, value: {} } };
    log.events(event(6, { ...told, cause: { offset: BigInt(damaged), index: 0 } }));
    log.events(event(7, { ...told, cause: { offset: BigInt(behind + 1), index: 0 } }));
    expect(brokenRules(await examine(log))).toEqual(["S1"]);
    log.events(event(8, { ...told, cause: { offset: BigInt(behind + 1), index: 1 } }));
    log.reports(3, command());
    log.events(event(9, { ...told, cause: { offset: BigInt(behind + 2), index: 0 } }));
    expect(brokenRules(await examine(log))).toEqual(["S1"]);
  });

  test.each([topics.orderEvents.name, topics.venueOrders.name])(
    "F13: in %s a message that nobody can read, in a frame that is whole",
    async (topic) => {
      const log = logOf(lifeOfAnOrder());
      const header = { source: "oms/0", writer: "w", firstNumber: 99n };
      log.append(topic, encodeFrame(header, [Uint8Array.of(0x0a, 0x7f, 1)], systemDigest()));
      expect(brokenRules(await examine(log))).toContain("S1");
    },
  );

  test("S1: a record that is no frame", async () => {
    const log = logOf(lifeOfAnOrder());
    log.append(topics.orderEvents.name, new Uint8Array([1, 2, 3]));
    expect(brokenRules(await examine(log))).toEqual(["S1"]);
  });
});

describe("D27: the doctor reads market data", () => {
  const level = (price: string, quantity: string) => ({ price, quantity, orderCount: quantity === "0" ? 0 : 1 });
  const bids = (price: string, quantity: string) => ({
    case: "delta" as const,
    value: { bids: [level(price, quantity)] },
  });
  const asks = (price: string, quantity: string) => ({
    case: "delta" as const,
    value: { asks: [level(price, quantity)] },
  });
  const empty = { case: "snapshot" as const, value: {} };

  test("and finds nothing in a sound book", async () => {
    const log = new FixtureLog();
    log.market(marketEvent(1, empty), marketEvent(2, bids("99", "1")), marketEvent(3, asks("100", "1")));
    log.market(marketEvent(4, asks("100", "0")), marketEvent(5, bids("100", "1")));
    expect(brokenRules(await examine(log))).toEqual([]);
  });

  test("I9: a crossed book", async () => {
    const log = new FixtureLog();
    log.market(marketEvent(1, empty), marketEvent(2, bids("100", "1")), marketEvent(3, asks("100", "1")));
    expect(brokenRules(await examine(log))).toEqual(["I9"]);
  });

  test("I11: a sequence left out", async () => {
    const log = new FixtureLog();
    const skipped = marketEvent(3, asks("101", "1"));
    skipped.shardSequence = 2n;
    log.market(marketEvent(1, empty), skipped);
    expect(brokenRules(await examine(log))).toEqual(["I11"]);
  });
});
