import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BookTimeInForce, SelfTradePrevention, Side } from "../instrument/terms.ts";
import { applyDelta, type BookView, passSequence, viewOf } from "../market/book-view.ts";
import { BUY, SELL } from "../matching/book-code.ts";
import { partitionOf } from "../partition/partition.ts";
import { decideVenue } from "./decide-venue.ts";
import { bookLevels } from "./publish.ts";
import { INSTRUMENT, MIDNIGHT, SETTINGS } from "./testing/scenario.ts";
import type { VenueOutput } from "./turn.ts";
import { houseHandles } from "./venue-desk.ts";
import type { InputTime, VenueInput } from "./venue-input.ts";
import type { VenueReport } from "./venue-report.ts";
import { restoreVenue, snapshotVenue } from "./venue-snapshot.ts";
import { emptyVenue, type VenueBook, type VenueState } from "./venue-state.ts";

const REFERENCE = 10_000;
const SIMULATED = { ...INSTRUMENT, tickMinor: 1_000_000, lotMinor: 1_000_000 };
const QUIET = { ...SIMULATED, instrumentId: "Y-USD", baseAsset: "Y" };
const RECORDED = { ...SIMULATED, instrumentId: "Z-USD", baseAsset: "Z" };
const ALLOTMENT = 2_000_000n * 100_000_000n;

interface Step {
  readonly wait: number;
  readonly input: VenueInput;
}

function start(): Step[] {
  const instruments = [
    { instrument: SIMULATED, participants: { kind: "SIMULATED", seed: 7, referencePriceTicks: REFERENCE } },
    { instrument: QUIET, participants: undefined },
    { instrument: RECORDED, participants: { kind: "RECORDED" } },
  ] as const;
  return instruments.flatMap(({ instrument, participants }): Step[] => {
    const { instrumentId } = instrument;
    const accountId = `house-${instrumentId}`;
    const amounts = { baseMinor: ALLOTMENT / 100n, quoteMinor: ALLOTMENT };
    return [
      { wait: 0, input: { kind: "ALLOT_TO_VENUE", instrumentId, accountId, ...amounts } },
      { wait: 0, input: { kind: "DEFINE_INSTRUMENT", instrument, participants } },
    ];
  });
}

const instrumentId = fc.constantFrom("X-USD", "X-USD", "Y-USD", "Y-USD", "Y-USD", "Z-USD", "nowhere");
const price = fc.integer({ min: -12, max: 12 }).map((step) => REFERENCE + step);
const side = fc.constantFrom<Side>("BUY", "SELL");
const account = fc.constantFrom("alice", "bob", "carol", "dave");

function placeArbitrary(id: number): fc.Arbitrary<VenueInput> {
  return fc.record({
    kind: fc.constant("PLACE_ORDER" as const),
    instrumentId,
    orderId: fc.constant(`order-${id}`),
    version: fc.constant(1),
    accountId: account,
    ownerId: fc.constantFrom(undefined, "o1"),
    side,
    type: fc.constantFrom("LIMIT", "LIMIT", "LIMIT", "MARKET" as const),
    timeInForce: fc.constantFrom<BookTimeInForce>("GTC", "GTC", "DAY", "IOC", "FOK"),
    quantityLots: fc.integer({ min: 1, max: 90_000 }),
    limitPriceTicks: price,
    protectionPriceTicks: fc.option(price, { nil: undefined }),
    postOnly: fc.boolean(),
    selfTradePrevention: fc.constantFrom<SelfTradePrevention>(
      "CANCEL_NEWEST",
      "CANCEL_OLDEST",
      "CANCEL_BOTH",
      "DECREMENT",
      "ALLOW",
    ),
    validUntil: fc.constantFrom(undefined, MIDNIGHT + 40_000, MIDNIGHT * 2),
  });
}

function stepArbitrary(id: number): fc.Arbitrary<Step> {
  const named = {
    instrumentId,
    orderId: fc.nat(id).map((other) => `order-${other}`),
    version: fc.integer({ min: 2, max: 9 }),
  };
  const amend = fc.record({
    kind: fc.constant("AMEND_ORDER" as const),
    ...named,
    accountId: account,
    quantityLots: fc.option(fc.integer({ min: 1, max: 90_000 }), { nil: undefined }),
    limitPriceTicks: fc.option(price, { nil: undefined }),
  });
  const pull = fc.record({ kind: fc.constant("PULL_ORDER" as const), ...named, accountId: account });
  const levels = fc.array(fc.record({ side, priceTicks: price, quantityLots: fc.nat(5000) }), { maxLength: 6 });
  const trades = fc.array(
    fc.record({ takerSide: side, priceTicks: price, quantityLots: fc.integer({ min: 1, max: 900 }) }),
    {
      maxLength: 3,
    },
  );
  const recorded = fc.record({
    kind: fc.constant("RECORDED_MARKET" as const),
    instrumentId: fc.constant("Z-USD"),
    number: fc.constantFrom(-1, -1, -1, -1, -1, 1, 3),
    levels,
    trades,
  });
  // -1 stands for the next number, put in when the steps are in order.
  const tick = fc.record({ kind: fc.constant("TICK" as const), number: fc.constantFrom(-1, -1, -1, 1, 999) });
  const input = fc.oneof(
    { weight: 6, arbitrary: placeArbitrary(id) },
    { weight: 3, arbitrary: amend },
    { weight: 2, arbitrary: pull },
    { weight: 2, arbitrary: recorded },
    { weight: 4, arbitrary: tick },
  );
  return fc.record({
    wait: fc.constantFrom(0, 1, 60, 100, 3000, 40_000_000),
    input: input as fc.Arbitrary<VenueInput>,
  });
}

const flow: fc.Arbitrary<Step[]> = fc
  .tuple(...Array.from({ length: 90 }, (_, id) => stepArbitrary(id)))
  .map((steps) => numbered([...start(), ...steps]));

function numbered(steps: Step[]): Step[] {
  let ticks = 0;
  let recordings = 0;
  return steps.map(({ wait, input }) => {
    if (input.kind === "TICK" && input.number === -1)
      return { wait: Math.max(wait, 50), input: { ...input, number: ++ticks } };
    if (input.kind !== "RECORDED_MARKET") return { wait, input };
    if (input.number === -1) recordings++;
    else if (input.number === 1) recordings = 1;
    return { wait, input: { ...input, number: input.number === -1 ? recordings : input.number } };
  });
}

function run(
  steps: readonly Step[],
  each: (state: VenueState, output: VenueOutput, step: Step, time: InputTime) => void,
): VenueState {
  const state = emptyVenue(SETTINGS);
  let now = MIDNIGHT + 1000;
  for (const step of steps) {
    now += step.wait;
    const time = { appendTime: now, logTime: now };
    each(state, decideVenue(state, step.input, time), step, time);
  }
  return state;
}

describe("a venue shard under random inputs", () => {
  test("I5 I8 D7: reports of an order add up, and nothing follows its end", () => {
    fc.assert(
      fc.property(flow, (steps) => {
        const orders = new Map<string, Known>();
        run(steps, (_, output, step) => {
          if (step.input.kind === "PLACE_ORDER" && !orders.has(step.input.orderId)) {
            const { quantityLots, limitPriceTicks, side: own, type, accountId } = step.input;
            const limit = type === "LIMIT" ? limitPriceTicks : step.input.protectionPriceTicks;
            orders.set(step.input.orderId, {
              accountId,
              side: own,
              limit,
              cumulative: 0,
              leaves: quantityLots,
              ended: false,
              pending: step.input.version,
            });
          }
          for (const report of output.reports) follow(orders, report, step.input);
          matchesAreTwoSided(output);
        });
      }),
      { numRuns: 60 },
    );
  });

  test("I1: stamped totals are the sum of what was reported, and over all partitions zero", () => {
    fc.assert(
      fc.property(flow, (steps) => {
        const totals = new Map<string, bigint>();
        run(steps, (state, output) => {
          for (const report of output.reports) {
            if (report.baseAsset === "") continue;
            const base = BigInt(report.lastQuantityLots) * 1_000_000n;
            const quote = BigInt(report.lastQuantityLots) * BigInt(report.lastPriceTicks) * 10_000n;
            const sign = report.side === "BUY" ? 1n : -1n;
            const key = (asset: string) => `${report.omsPartition} ${asset}`;
            totals.set(key(report.baseAsset), (totals.get(key(report.baseAsset)) ?? 0n) - sign * base);
            totals.set(key(report.quoteAsset), (totals.get(key(report.quoteAsset)) ?? 0n) + sign * quote);
            expect(report.baseTotalMinor).toBe(totals.get(key(report.baseAsset)));
            expect(report.quoteTotalMinor).toBe(totals.get(key(report.quoteAsset)));
            expect(report.omsPartition).toBe(partitionOf(report.accountId, SETTINGS.omsPartitions));
          }
          for (const { byPartition } of state.totals) expect(byPartition.reduce((sum, one) => sum + one, 0n)).toBe(0n);
        });
      }),
      { numRuns: 60 },
    );
  });

  test("the house never has more at rest than its allotment, which moves as its reports say", () => {
    fc.assert(
      fc.property(flow, (steps) => {
        const base = new Map<string, bigint>();
        const quote = new Map<string, bigint>();
        run(steps, (state, output) => {
          for (const report of output.reports.filter(({ accountId }) => accountId.startsWith("house-"))) {
            expect(report.executionType).toBe("TRADE");
            const sign = report.side === "BUY" ? 1n : -1n;
            const { instrumentId: id } = report;
            const lots = BigInt(report.lastQuantityLots);
            base.set(id, (base.get(id) ?? 0n) + sign * lots * 1_000_000n);
            quote.set(id, (quote.get(id) ?? 0n) - sign * lots * BigInt(report.lastPriceTicks) * 10_000n);
          }
          for (const venueBook of state.books) {
            const { house, instrument } = venueBook;
            const resting = restingOfHouse(venueBook);
            expect([house.restingBaseMinor, house.restingQuoteMinor]).toEqual([resting.base, resting.quote]);
            expect(resting.base <= house.baseMinor && resting.quote <= house.quoteMinor).toBe(true);
            const { instrumentId: id } = instrument;
            expect(house.baseMinor).toBe(ALLOTMENT / 100n + (base.get(id) ?? 0n));
            expect(house.quoteMinor).toBe(ALLOTMENT + (quote.get(id) ?? 0n));
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  test("I11: snapshot(n) and the deltas up to m are snapshot(m); sequences are gapless", () => {
    fc.assert(
      fc.property(flow, (steps) => {
        const views = new Map<string, BookView>();
        let shardSequence = 0;
        run(steps, (state, output) => {
          for (const event of output.market) {
            expect(event.shardSequence).toBe(++shardSequence);
            const view = views.get(event.instrumentId);
            if (event.kind === "BOOK_SNAPSHOT") views.set(event.instrumentId, viewOf(event));
            else if (event.kind === "BOOK_DELTA") expect(applyDelta(view as BookView, event)).toBe("APPLIED");
            else expect(passSequence(view as BookView, event.sequence)).toBe("APPLIED");
          }
          for (const venueBook of state.books) {
            const view = views.get(venueBook.instrument.instrumentId) as BookView;
            expect(view).toEqual({
              sequence: venueBook.sequence,
              bids: bookLevels(venueBook.book, BUY, 1000),
              asks: bookLevels(venueBook.book, SELL, 1000),
            });
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  test("I10: from any snapshot on, the same inputs give the same outputs and the same state", () => {
    fc.assert(
      fc.property(flow, fc.nat(90), (steps, at) => {
        let copy: VenueState | undefined;
        let index = 0;
        const live = run(steps, (state, output, step, time) => {
          if (copy !== undefined) expect(decideVenue(copy, step.input, time)).toMatchObject(outputsOf(output));
          else if (index++ === at) copy = restoreVenue(snapshotVenue(state));
        });
        expect(snapshotVenue(copy as VenueState)).toEqual(snapshotVenue(live));
      }),
      { numRuns: 60 },
    );
  });
});

function outputsOf(output: VenueOutput): VenueOutput {
  return { reports: output.reports, market: output.market };
}

/** What the house's orders at rest would cost, counted order by order. */
function restingOfHouse(venueBook: VenueBook): { base: bigint; quote: bigint } {
  const { book } = venueBook;
  let base = 0n;
  let quote = 0n;
  for (const handle of houseHandles(venueBook)) {
    const lots = BigInt(book.leaves(handle));
    if (book.side(handle) === BUY) quote += lots * BigInt(book.price(handle)) * 10_000n;
    else base += lots * 1_000_000n;
  }
  return { base, quote };
}

interface Known {
  readonly accountId: string;
  readonly side: Side;
  limit: number | undefined;
  cumulative: number;
  leaves: number;
  ended: boolean;
  pending: number;
}

function follow(orders: Map<string, Known>, report: VenueReport, input: VenueInput): void {
  if (report.accountId.startsWith("house-")) return;
  if (report.refusal === "NOT_ON_BOOK") {
    const known = orders.get(report.orderId);
    expect(known === undefined || known.ended || known.accountId !== report.accountId || isElsewhere(input)).toBe(true);
    return;
  }
  const known = orders.get(report.orderId) as Known;
  expect(known.ended).toBe(false);
  const { executionType, leavesLots, cumulativeLots } = report;
  expect(report.side).toBe(known.side);
  if (executionType === "TRADE") {
    expect(cumulativeLots).toBe(known.cumulative + report.lastQuantityLots);
    expect(leavesLots).toBe(known.leaves - report.lastQuantityLots);
    const worse = known.side === "BUY" ? 1 : -1;
    if (known.limit !== undefined) expect((report.lastPriceTicks - known.limit) * worse).toBeLessThanOrEqual(0);
  } else {
    expect(cumulativeLots).toBe(known.cumulative);
    if (executionType === "REPLACED" && input.kind === "AMEND_ORDER") {
      known.limit = input.limitPriceTicks ?? known.limit;
      if (input.quantityLots === undefined) expect(leavesLots).toBe(known.leaves);
    } else if (executionType === "STATUS") expect(leavesLots).toBeLessThan(known.leaves);
    else if (executionType === "NEW" || executionType === "REPLACE_REFUSED") expect(leavesLots).toBe(known.leaves);
    else expect(leavesLots).toBe(0);
  }
  known.cumulative = cumulativeLots;
  known.leaves = leavesLots;
  known.ended = report.status !== "LIVE" && report.status !== "PARTIALLY_FILLED";
  expect(leavesLots === 0).toBe(known.ended);
}

/** The same order id under another instrument is another order that nobody placed. */
function isElsewhere(input: VenueInput): boolean {
  return input.kind === "AMEND_ORDER" || input.kind === "PULL_ORDER";
}

function matchesAreTwoSided(output: VenueOutput): void {
  const trades = output.reports.filter((report) => report.executionType === "TRADE");
  for (let index = 0; index < trades.length; index += 2) {
    const [maker, taker] = [trades[index], trades[index + 1]] as [VenueReport, VenueReport];
    expect([maker.liquidity, taker.liquidity]).toEqual(["MAKER", "TAKER"]);
    expect(taker).toMatchObject({
      matchId: maker.matchId,
      lastPriceTicks: maker.lastPriceTicks,
      lastQuantityLots: maker.lastQuantityLots,
    });
    expect(taker.side).not.toBe(maker.side);
    const printed = output.market.find((event) => event.kind === "TRADE" && event.matchId === maker.matchId);
    expect(printed).toMatchObject({ priceTicks: maker.lastPriceTicks, quantityLots: maker.lastQuantityLots });
  }
}
