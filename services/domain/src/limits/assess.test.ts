import { describe, expect, test } from "vitest";
import { Account } from "../account/account.ts";
import { DEFAULT_LIMITS } from "../account/account-limits.ts";
import { rulesOf } from "../engine/engine-rules.ts";
import { BTC_USD, limitOrder, listingOf, START, usd } from "../oms/exchange.fixture.ts";
import { assess, type Moment } from "./assess.ts";
import type { NewOrder } from "./new-order.ts";
import type { Quote } from "./quote.ts";
import { keptOf } from "./refusal.ts";

const QUOTE: Quote = { bid: "49990", ask: "50010", last: "50000", time: START };
const SILENT: Quote = { ...QUOTE, time: START - 5_001 };
const NOW = START * 1_000;

interface Rung {
  readonly what: string;
  readonly reason: string;
  readonly field?: string;
  readonly order?: Partial<NewOrder>;
  readonly quote?: Quote | undefined;
  readonly account?: (account: Account) => void;
}

const BIG: Partial<NewOrder> = { quantity: "21" };
const MARKET: Partial<NewOrder> = { type: "MARKET", limitPrice: "" };
const TIRED = (account: Account) => {
  account.rateMark = NOW + 2_000_000;
};

/** From the most fundamental rung to the last: what breaks a rung breaks none before it. */
const LADDER: readonly Rung[] = [
  { what: "no side", reason: "NOT_ENUMERATED", field: "order.side", order: { side: undefined } },
  { what: "an unknown type", reason: "NOT_ENUMERATED", field: "order.type", order: { type: undefined } },
  {
    what: "an unknown time in force",
    reason: "NOT_ENUMERATED",
    field: "order.time_in_force",
    order: { timeInForce: undefined },
  },
  {
    what: "an unknown self-trade mode",
    reason: "NOT_ENUMERATED",
    field: "order.self_trade_prevention",
    order: { selfTradePrevention: undefined },
  },
  { what: "no quantity", reason: "MISSING_FIELD", field: "order.quantity", order: { quantity: "" } },
  { what: "a negative quantity", reason: "BAD_NUMBER", field: "order.quantity", order: { quantity: "-1" } },
  { what: "quantity zero", reason: "BAD_NUMBER", field: "order.quantity", order: { quantity: "0" } },
  { what: "quantity NaN", reason: "BAD_NUMBER", field: "order.quantity", order: { quantity: "NaN" } },
  {
    what: "a quantity of 400 digits",
    reason: "BAD_NUMBER",
    field: "order.quantity",
    order: { quantity: "9".repeat(400) },
  },
  { what: "a quantity off the lot", reason: "OFF_LOT", field: "order.quantity", order: { quantity: "0.00015" } },
  { what: "LIMIT without a price", reason: "MISSING_FIELD", field: "order.limit_price", order: { limitPrice: "" } },
  { what: "MARKET with a price", reason: "FIELD_NOT_USED", field: "order.limit_price", order: { type: "MARKET" } },
  { what: "a price off the tick", reason: "OFF_TICK", field: "order.limit_price", order: { limitPrice: "50000.001" } },
  { what: "price zero", reason: "BAD_NUMBER", field: "order.limit_price", order: { limitPrice: "0" } },
  {
    what: "LIMIT with a stop price",
    reason: "FIELD_NOT_USED",
    field: "order.stop_price",
    order: { stopPrice: "49000" },
  },
  {
    what: "STOP without one",
    reason: "MISSING_FIELD",
    field: "order.stop_price",
    order: { type: "STOP", limitPrice: "" },
  },
  {
    what: "LIMIT that trails",
    reason: "FIELD_NOT_USED",
    field: "order.trailing_offset_price",
    order: { hasTrailing: true },
  },
  {
    what: "a display quantity off the lot",
    reason: "OFF_LOT",
    field: "order.display_quantity",
    order: { displayQuantity: "0.00001" },
  },
  {
    what: "a MARKET order that rests",
    reason: "IMPOSSIBLE_COMBINATION",
    field: "order.time_in_force",
    order: { ...MARKET, timeInForce: "GTC" },
  },
  {
    what: "post-only MARKET",
    reason: "IMPOSSIBLE_COMBINATION",
    field: "order.post_only",
    order: { ...MARKET, postOnly: true },
  },
  {
    what: "post-only IOC",
    reason: "IMPOSSIBLE_COMBINATION",
    field: "order.post_only",
    order: { postOnly: true, timeInForce: "IOC" },
  },
  { what: "GTD without an end", reason: "MISSING_FIELD", field: "order.expire_time", order: { timeInForce: "GTD" } },
  { what: "an end without GTD", reason: "FIELD_NOT_USED", field: "order.expire_time", order: { hasExpireTime: true } },
  {
    what: "a notional below the instrument's",
    reason: "NOTIONAL_OUT_OF_BOUNDS",
    order: { limitPrice: "9999.99", quantity: "0.0001" },
  },
  { what: "a notional above the instrument's", reason: "NOTIONAL_OUT_OF_BOUNDS", order: { quantity: "200.0001" } },
  {
    what: "a STOP",
    reason: "UNSUPPORTED",
    field: "order.type",
    order: { type: "STOP", limitPrice: "", stopPrice: "1" },
  },
  { what: "AT_OPEN", reason: "UNSUPPORTED", field: "order.time_in_force", order: { timeInForce: "AT_OPEN" } },
  { what: "an iceberg", reason: "UNSUPPORTED", field: "order.display_quantity", order: { displayQuantity: "0.1" } },
  { what: "a hidden order", reason: "UNSUPPORTED", field: "order.hidden", order: { hidden: true } },
  { what: "all or none", reason: "UNSUPPORTED", field: "order.minimum_quantity", order: { minimumQuantity: "1" } },
  { what: "a peg", reason: "UNSUPPORTED", field: "order.peg", order: { hasPeg: true } },
  { what: "reduce-only", reason: "UNSUPPORTED", field: "order.reduce_only", order: { reduceOnly: true } },
  { what: "a group", reason: "UNSUPPORTED", field: "order.group_id", order: { groupId: "g" } },
  { what: "S7: no quote, MARKET", reason: "NO_QUOTE", order: MARKET, quote: undefined },
  { what: "S7: no quote, LIMIT", reason: "VENUE_AWAY", quote: undefined },
  { what: "S7: a quote older than 5 s", reason: "VENUE_AWAY", quote: SILENT },
  {
    what: "MARKET beyond the bounds at its collar",
    reason: "NOTIONAL_OUT_OF_BOUNDS",
    order: { ...MARKET, quantity: "191" },
  },
  { what: "the rate", reason: "RATE_LIMIT", account: TIRED },
  { what: "MARKET against nobody", reason: "NO_LIQUIDITY", order: MARKET, quote: { ...QUOTE, ask: "" } },
  { what: "the account's quantity", reason: "QUANTITY_LIMIT", order: { quantity: "100.0001", limitPrice: "90000" } },
  { what: "the account's notional", reason: "NOTIONAL_LIMIT", order: BIG },
  { what: "the account's open orders", reason: "OPEN_ORDERS_LIMIT", account: (account) => setLimits(account, 0) },
  { what: "the funds", reason: "INSUFFICIENT_FUNDS", order: { quantity: "3" } },
];

function setLimits(account: Account, maximumOpenOrders: number): void {
  account.limits = { ...DEFAULT_LIMITS, maximumOpenOrders };
}

/** 100,000 USD; BTC-USD with bounds of 1 to 10,000,000 and a default quantity of 100. */
function look(rungs: readonly Rung[], version = 1) {
  const account = new Account("a", "a", START, 0);
  account.balance("USD").availableMinor = usd(100_000);
  for (const rung of rungs) rung.account?.(account);
  const order = Object.assign({}, limitOrder("BUY", "1", "50000"), ...rungs.map((rung) => rung.order ?? {}));
  const quoted = rungs.find((rung) => "quote" in rung);
  const quote = quoted === undefined ? QUOTE : quoted.quote;
  return assess(order, account, listingOf(BTC_USD), quote, momentBy(version));
}

function momentBy(version: number): Moment {
  return { appendTime: START, rateClock: NOW, rules: rulesOf(version) };
}

describe("the ladder of validation", () => {
  test("lets a good order pass, with what it locks", () => {
    expect(look([])).toMatchObject({ refusal: undefined, requiredMinor: usd(50_025), notionalMinor: usd(50_000) });
  });

  test.each(LADDER)("refuses $what: $reason", (rung) => {
    const { refusal } = look([rung]);
    expect(refusal).toMatchObject(
      rung.field === undefined ? { reason: rung.reason } : { reason: rung.reason, field: rung.field },
    );
  });

  test("S5: the most fundamental rung answers, whatever is wrong above it", () => {
    const above = LADDER.filter(({ reason }) => ["RATE_LIMIT", "OPEN_ORDERS_LIMIT"].includes(reason));
    for (const rung of LADDER.slice(
      0,
      LADDER.findIndex(({ reason }) => reason === "RATE_LIMIT"),
    )) {
      expect([rung.what, look([rung, ...above]).refusal?.reason]).toEqual([rung.what, rung.reason]);
      if ("quote" in rung || rung.reason === "NOTIONAL_OUT_OF_BOUNDS") continue;
      const early = LADDER.indexOf(rung) < LADDER.findIndex((one) => "quote" in one);
      if (early) expect(look([rung, { what: "", reason: "", quote: SILENT }]).refusal?.reason).toBe(rung.reason);
    }
  });

  test("what breaks a rule of the business is kept, all else leaves nothing", () => {
    const kept = LADDER.map((rung) => look([rung]).refusal).filter((refusal) => refusal && keptOf(refusal) === "ORDER");
    expect([...new Set(kept.map((refusal) => refusal?.reason))]).toEqual([
      "UNSUPPORTED",
      "NO_LIQUIDITY",
      "QUANTITY_LIMIT",
      "NOTIONAL_LIMIT",
      "OPEN_ORDERS_LIMIT",
      "INSUFFICIENT_FUNDS",
    ]);
  });

  test("malformed orders do not count against the rate, kept ones do", () => {
    expect(look([{ what: "", reason: "", order: { quantity: "0" } }]).rateMark).toBe(0);
    expect(look([{ what: "", reason: "", quote: SILENT }]).rateMark).toBe(0);
    expect(look([{ what: "", reason: "", order: { hidden: true } }]).rateMark).toBe(NOW + 1_000);
    expect(look([{ what: "", reason: "", order: BIG }]).rateMark).toBe(NOW + 1_000);
    expect(look([]).rateMark).toBe(NOW + 1_000);
  });

  test("a refusal carries the numbers that explain it", () => {
    expect(look([{ what: "", reason: "", order: { quantity: "3" } }]).refusal).toEqual({
      reason: "INSUFFICIENT_FUNDS",
      field: "order.quantity",
      asset: "USD",
      requiredMinor: usd(150_075),
      availableMinor: usd(100_000),
    });
    expect(look([{ what: "", reason: "", account: TIRED }]).refusal).toEqual({
      reason: "RATE_LIMIT",
      retryAfterMicroseconds: 1_000,
      ordersPerSecond: 1_000,
    });
  });
});

describe("the collar of a MARKET order: 5 % beyond the opposite best, rounded towards the market", () => {
  const rows: readonly ["BUY" | "SELL", string, number][] = [
    ["BUY", "100.00", 10_500],
    ["BUY", "100.01", 10_501],
    ["BUY", "0.01", 1],
    ["SELL", "100.00", 9_500],
    ["SELL", "100.01", 9_501],
    ["SELL", "0.01", 1],
  ];
  test.each(rows)("%s against %s: %i ticks", (side, best, ticks) => {
    const account = new Account("a", "a", START, 0);
    const order = { ...limitOrder(side, "1", ""), type: "MARKET" as const };
    const quote = { ...QUOTE, bid: best, ask: best };
    const listing = listingOf(BTC_USD, { minimumNotionalMinor: 0n });
    expect(assess(order, account, listing, quote, momentBy(1)).protectionPriceTicks).toBe(ticks);
  });
});

describe("S26: an account that has as many open orders as it may", () => {
  const rows: readonly (readonly [
    version: number,
    what: string,
    order: Partial<NewOrder>,
    limit: number,
    passes: boolean,
  ])[] = [
    [1, "a resting order", {}, 1, false],
    [1, "MARKET", MARKET, 1, false],
    [1, "IOC", { timeInForce: "IOC" }, 1, false],
    [1, "FOK", { timeInForce: "FOK" }, 1, false],
    [2, "a resting order", {}, 1, false],
    [2, "a DAY order", { timeInForce: "DAY" }, 1, false],
    [2, "MARKET", MARKET, 1, true],
    [2, "MARKET FOK", { ...MARKET, timeInForce: "FOK" }, 1, true],
    [2, "IOC", { timeInForce: "IOC" }, 1, true],
    [2, "FOK", { timeInForce: "FOK" }, 1, true],
    [2, "MARKET where none may be open", MARKET, 0, false],
  ];
  test.each(rows)("version %i: %s", (version, _, order, limit, passes) => {
    const full = (account: Account) => {
      setLimits(account, limit);
      Object.defineProperty(account, "openOrders", { value: limit });
    };
    const { refusal } = look([{ what: "", reason: "", order, account: full }], version);
    expect(refusal).toEqual(passes ? undefined : { reason: "OPEN_ORDERS_LIMIT", open: limit, limit });
  });

  test("version 2 still asks for the funds", () => {
    const full = (account: Account) => {
      setLimits(account, 1);
      Object.defineProperty(account, "openOrders", { value: 1 });
    };
    const order = { ...MARKET, quantity: "3" };
    expect(look([{ what: "", reason: "", order, account: full }], 2).refusal).toMatchObject({
      reason: "INSUFFICIENT_FUNDS",
    });
  });
});
