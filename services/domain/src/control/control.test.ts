import { describe, expect, test } from "vitest";
import { partitionOf } from "../partition/partition.ts";
import { checkInstrument } from "./check-instrument.ts";
import type { ControlCommand, ControlRequest, ProcessEngine } from "./control-command.ts";
import type { ControlEvent } from "./control-event.ts";
import { type ControlState, emptyControlState, REQUESTS_KEPT } from "./control-state.ts";
import { decideControl } from "./decide-control.ts";
import { CONTROL_TABLES, evolveControl } from "./evolve-control.ts";
import type { InstrumentProposal } from "./instrument-terms.ts";

const COUNTS = { oms: 16, venue: 8 };
const ENGINE = 1;

const BTC_USD: InstrumentProposal = {
  instrumentId: "BTC-USD",
  baseAsset: "BTC",
  quoteAsset: "USD",
  tick: "0.01",
  lot: "0.0001",
  minimumNotional: "1",
  maximumNotional: "10000000",
  defaultMaximumQuantity: "100",
  makerFee: "0.0002",
  takerFee: "0.0005",
  collar: "0.05",
  marketModel: "SIMULATED",
  referencePrice: "50000",
  houseFunds: [
    { asset: "USD", amount: "1000" },
    { asset: "BTC", amount: "2" },
  ],
  marketSeed: 1n,
};

/** Decides at log time `now` and applies what was decided. */
function run(state: ControlState, now: number, command: ControlCommand, asked: Partial<ControlRequest> = {}) {
  const request = { requestId: "", contentDigest: "", principal: undefined, validUntil: undefined, ...asked, command };
  const event = decideControl(state, COUNTS, request, { appendTime: now, logTime: now, engineVersion: ENGINE });
  const settled = { requestId: request.requestId, contentDigest: request.contentDigest, sequence: now };
  for (const table of CONTROL_TABLES) evolveControl(state, table, { event, request: settled });
  return event;
}

function define(state: ControlState, change: Partial<InstrumentProposal> = {}, asked: Partial<ControlRequest> = {}) {
  return run(state, 1, { type: "DEFINE_INSTRUMENT", proposal: { ...BTC_USD, ...change } }, asked);
}

function dispatches(event: ControlEvent) {
  return event.type === "DECIDED" ? event.dispatches : [];
}

describe("checkInstrument", () => {
  test("takes what is in order, as integers", () => {
    expect(checkInstrument(BTC_USD)).toEqual({
      instrumentId: "BTC-USD",
      baseAsset: "BTC",
      quoteAsset: "USD",
      tickMinor: 1_000_000,
      lotMinor: 10_000,
      notionalPerTickLot: 100n,
      minimumNotionalMinor: 100_000_000n,
      maximumNotionalMinor: 1_000_000_000_000_000n,
      defaultMaximumQuantityLots: 1_000_000,
      makerRateE8: 20_000,
      takerRateE8: 50_000,
      collarE8: 5_000_000,
      marketModel: "SIMULATED",
      referencePriceTicks: 5_000_000,
      houseFunds: [
        { asset: "BTC", amountMinor: 200_000_000n },
        { asset: "USD", amountMinor: 100_000_000_000n },
      ],
      marketSeed: 1,
    });
  });

  const funds = (base: string, quote: string) => [
    { asset: "BTC", amount: base },
    { asset: "USD", amount: quote },
  ];
  const refused: readonly [Partial<InstrumentProposal>, string][] = [
    [{ baseAsset: "" }, "base_asset"],
    [{ baseAsset: "btc" }, "base_asset"],
    [{ quoteAsset: "US D" }, "quote_asset"],
    [{ quoteAsset: "A".repeat(17) }, "quote_asset"],
    [{ instrumentId: "BTCUSD" }, "instrument_id"],
    [{ instrumentId: "BTC-BTC", quoteAsset: "BTC" }, "quote_asset"],
    [{ tick: "0" }, "tick"],
    [{ tick: "0.000000001" }, "tick"],
    [{ tick: "-1" }, "tick"],
    [{ tick: "" }, "tick"],
    [{ lot: "1e3" }, "lot"],
    [{ tick: "0.00001", lot: "0.0001" }, "tick"],
    [{ minimumNotional: "-1" }, "minimum_notional"],
    [{ minimumNotional: "0.000000001" }, "minimum_notional"],
    [{ maximumNotional: "0" }, "maximum_notional"],
    [{ maximumNotional: "0.5" }, "maximum_notional"],
    [{ defaultMaximumQuantity: "0" }, "default_maximum_quantity"],
    [{ defaultMaximumQuantity: "0.00005" }, "default_maximum_quantity"],
    [{ makerFee: "0.11" }, "maker_fee"],
    [{ makerFee: "-0.000000001" }, "maker_fee"],
    [{ takerFee: "1" }, "taker_fee"],
    [{ makerFee: "-0.0006" }, "taker_fee"],
    [{ collar: "0" }, "collar"],
    [{ collar: "1" }, "collar"],
    [{ marketModel: undefined }, "market_model"],
    [{ referencePrice: "" }, "reference_price"],
    [{ referencePrice: "50000.001" }, "reference_price"],
    [{ referencePrice: "49.99" }, "reference_price"],
    [{ marketModel: "RECORDED" }, "reference_price"],
    [{ marketModel: "NONE", referencePrice: "" }, "house_funds"],
    [{ houseFunds: [] }, "house_funds"],
    [{ houseFunds: funds("0", "1") }, "house_funds"],
    [{ houseFunds: funds("1", "-1") }, "house_funds"],
    [{ houseFunds: [...funds("1", "1"), { asset: "EUR", amount: "1" }] }, "house_funds"],
    [{ houseFunds: [{ asset: "USD", amount: "1" }] }, "house_funds"],
    [{ marketSeed: 2n ** 32n }, "market_seed"],
  ];
  test.each(refused)("refuses %o at %s", (change, field) => {
    expect(checkInstrument({ ...BTC_USD, ...change })).toMatchObject({ reason: "INVALID_FIELD", field });
  });

  test("a rebate that the taker pays for is fine", () => {
    expect(checkInstrument({ ...BTC_USD, makerFee: "-0.0005" })).toMatchObject({ makerRateE8: -50_000 });
  });
});

describe("a definition", () => {
  test("goes to every order shard and its venue; its house account is opened, funded, allotted, in this order (S6)", () => {
    const sent = dispatches(define(emptyControlState()));
    const house = `oms/${partitionOf("house-BTC-USD", 16)}`;
    const venue = `venue/${partitionOf("BTC-USD", 8)}`;
    const changes = sent.filter(({ message }) => message.type === "CHANGE").map(({ destination }) => destination);
    expect(changes).toEqual([...Array.from({ length: 16 }, (_, shard) => `oms/${shard}`), venue]);
    const onHouse = sent.filter(({ destination }) => destination === house);
    expect(onHouse.map(({ number, message }) => [number, message.type])).toEqual([
      [1, "CHANGE"],
      [2, "CREATE_ACCOUNT"],
      [3, "DEPOSIT"],
      [4, "DEPOSIT"],
      [5, "ALLOT"],
    ]);
    expect(onHouse.slice(1).map(({ message }) => message.type !== "CHANGE" && message.requestId)).toEqual([
      "house-BTC-USD-create",
      "house-BTC-USD-deposit-BTC",
      "house-BTC-USD-deposit-USD",
      "house-BTC-USD-allot",
    ]);
  });

  test("S4: link numbers are gapless per destination, over all events", () => {
    const state = emptyControlState();
    const events = [
      define(state),
      define(state, { makerFee: "0.0003" }),
      define(state, {
        instrumentId: "ETH-USD",
        baseAsset: "ETH",
        marketModel: "NONE",
        referencePrice: "",
        houseFunds: [],
      }),
      run(state, 4, { type: "REVOKE_PRINCIPAL", revoked: { userId: "ann", keyId: "" } }),
    ];
    const last = new Map<string, number>();
    for (const { destination, number } of events.flatMap(dispatches)) {
      expect(number).toBe((last.get(destination) ?? 0) + 1);
      last.set(destination, number);
    }
    expect(state.linksOut).toEqual(last);
  });

  test("changes of fees and bounds are sent, without touching the house account", () => {
    const state = emptyControlState();
    define(state);
    const changed = { ...BTC_USD, takerFee: "0.001", maximumNotional: "5" };
    expect(define(state, changed)).toMatchObject({
      change: { instrument: { version: 2, createdAt: 1, takerRateE8: 100_000 } },
    });
    expect(dispatches(define(state, { ...changed, collar: "0.1" })).map(({ message }) => message.type)).toEqual(
      Array.from({ length: 17 }, () => "CHANGE"),
    );
  });

  const fixed: readonly [Partial<InstrumentProposal>, string][] = [
    [{ tick: "0.02" }, "tick"],
    [{ lot: "0.001" }, "lot"],
    [{ marketModel: "RECORDED", referencePrice: "" }, "market_model"],
    [{ referencePrice: "50000.01" }, "reference_price"],
    [{ marketSeed: 2n }, "market_seed"],
    [{ houseFunds: [...BTC_USD.houseFunds.slice(1), { asset: "USD", amount: "1001" }] }, "house_funds"],
  ];
  test.each(fixed)("of an existing instrument cannot change %o", (change, field) => {
    const state = emptyControlState();
    define(state);
    expect(define(state, change)).toMatchObject({ refusal: { reason: "FIXED_FIELD", field } });
  });

  test("as it stands changes nothing, however its decimals are written", () => {
    const state = emptyControlState();
    define(state);
    const again = define(state, { tick: "0.010", maximumNotional: "10000000.0" });
    expect(again).toMatchObject({ type: "ANSWERED", refusal: undefined });
    expect(again.type === "ANSWERED" && again.reached).toHaveLength(17);
  });
});

describe("requests (S5)", () => {
  const principal = { userId: "op", keyId: "k1" };

  test("the same id again has no further effect; with other content it is refused", () => {
    const state = emptyControlState();
    const asked = { requestId: "r1", contentDigest: "aa" };
    expect(define(state, {}, asked).type).toBe("DECIDED");
    expect(define(state, {}, { ...asked, validUntil: 0 })).toMatchObject({ type: "ANSWERED", refusal: undefined });
    expect(define(state, {}, { ...asked, contentDigest: "bb" })).toMatchObject({
      refusal: { reason: "REQUEST_ID_REUSED" },
    });
  });

  test("a refused request leaves its id free", () => {
    const state = emptyControlState();
    define(state, { tick: "0" }, { requestId: "r1", contentDigest: "aa" });
    expect(define(state, {}, { requestId: "r1", contentDigest: "bb" }).type).toBe("DECIDED");
  });

  test("too late is refused", () => {
    expect(define(emptyControlState(), {}, { validUntil: 0 })).toMatchObject({
      refusal: { reason: "COMMAND_EXPIRED" },
    });
    expect(define(emptyControlState(), {}, { validUntil: 1 }).type).toBe("DECIDED");
  });

  test.each([
    ["the key", { userId: "op", keyId: "k1" }, "ANSWERED"],
    ["the user", { userId: "op", keyId: "" }, "ANSWERED"],
    ["another key", { userId: "op", keyId: "k2" }, "DECIDED"],
    ["another user", { userId: "eve", keyId: "" }, "DECIDED"],
  ])("S23: once %s is revoked", (_name, revoked, type) => {
    const state = emptyControlState();
    run(state, 1, { type: "REVOKE_PRINCIPAL", revoked });
    expect(define(state, {}, { principal }).type).toBe(type);
  });

  test("the ids that are remembered are bounded", () => {
    const state = emptyControlState();
    define(state, {}, { requestId: "first" });
    for (let index = 0; index < REQUESTS_KEPT; index++) define(state, {}, { requestId: `r${index}` });
    expect(state.requests.size).toBe(REQUESTS_KEPT);
    expect(state.requests.has("first")).toBe(false);
  });
});

test("revoking goes to every order shard once", () => {
  const state = emptyControlState();
  const revoke = { type: "REVOKE_PRINCIPAL", revoked: { userId: "ann", keyId: "k" } } as const;
  expect(dispatches(run(state, 1, revoke)).map(({ destination }) => destination)).toEqual(
    Array.from({ length: 16 }, (_, shard) => `oms/${shard}`),
  );
  expect(run(state, 2, revoke)).toMatchObject({ type: "ANSWERED", refusal: undefined });
});

describe("S26: an engine version", () => {
  const both = { process: "new", versions: [1, 2] };
  const old = { process: "old", versions: [1] };
  const silent = { process: "older still", versions: [] };
  const activate = (version: number, processes: readonly ProcessEngine[]): ControlCommand => ({
    ...{ type: "ACTIVATE_ENGINE", version, processes },
  });

  test("goes to every shard at once", () => {
    const state = emptyControlState();
    const event = run(state, 1, activate(2, [both, both]));
    expect(event).toMatchObject({ type: "DECIDED", change: { type: "ENGINE_ACTIVATED", version: 2 } });
    const shards = (kind: string, count: number) => Array.from({ length: count }, (_, shard) => `${kind}/${shard}`);
    const all = [...shards("oms", COUNTS.oms), ...shards("venue", COUNTS.venue), "identity/0"];
    expect(dispatches(event).map(({ destination }) => destination)).toEqual(all);
    expect(dispatches(event).every(({ number, message }) => number === 1 && message.type === "CHANGE")).toBe(true);
  });

  const refusals: readonly (readonly [string, number, readonly ProcessEngine[], object])[] = [
    ["a process lacks", 2, [both, old], { reason: "ENGINE_MISSING", version: 2, lacking: ["old"] }],
    [
      "processes lack that say nothing",
      2,
      [silent, both],
      { reason: "ENGINE_MISSING", version: 2, lacking: ["older still"] },
    ],
    ["nobody was asked about", 2, [], { reason: "ENGINE_MISSING", version: 2, lacking: [] }],
    [
      "is not the next",
      3,
      [{ process: "far", versions: [1, 2, 3] }],
      { reason: "ENGINE_NOT_NEXT", active: 1, version: 3 },
    ],
    ["was before the first", 0, [both], { reason: "ENGINE_NOT_NEXT", active: 1, version: 0 }],
  ];
  test.each(refusals)("that %s is refused", (_, version, processes, refusal) => {
    const state = emptyControlState();
    expect(run(state, 1, activate(version, processes))).toEqual({ type: "ANSWERED", refusal, reached: [] });
  });

  test("that is active already stays so, whoever lacks it", () => {
    const state = emptyControlState();
    expect(run(state, 1, activate(ENGINE, [old]))).toEqual({ type: "ANSWERED", refusal: undefined, reached: [] });
  });

  test("I6: asked for again under its id, it is answered by how far its links are", () => {
    const state = emptyControlState();
    const asked = { requestId: "r", contentDigest: "aa" };
    run(state, 1, activate(2, [both]), asked);
    const again = run(state, 2, activate(2, [both, old]), asked);
    expect(again).toMatchObject({ type: "ANSWERED", refusal: undefined });
    expect(again.type === "ANSWERED" && again.reached).toHaveLength(COUNTS.oms + COUNTS.venue + 1);
    expect(run(state, 3, activate(3, [both]), { ...asked, contentDigest: "bb" })).toMatchObject({
      refusal: { reason: "REQUEST_ID_REUSED" },
    });
  });
});
