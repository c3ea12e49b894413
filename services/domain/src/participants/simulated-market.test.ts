import { describe, expect, test } from "vitest";
import type { Instrument } from "../instrument/instrument.ts";
import { BUY, NONE, SELL, type SideCode } from "../matching/book-code.ts";
import { orderAt } from "../venue/settle.ts";
import { INSTRUMENT, MIDNIGHT, Scenario } from "../venue/testing/scenario.ts";
import type { VenueBook } from "../venue/venue-state.ts";
import { below, drawAt } from "./chance.ts";
import { nextReference, PARTS } from "./reference-price.ts";

/** DOMAIN.md's instruments. */
const INSTRUMENTS: readonly [string, number, number, number][] = [
  ["BTC-USD", 1_000_000, 10_000, 5_000_000],
  ["ETH-USD", 1_000_000, 100_000, 300_000],
  ["SOL-USD", 1_000_000, 1_000_000, 10_000],
  ["AAPL-USD", 1_000_000, 100_000_000, 20_000],
  ["EUR-USD", 1000, 100_000_000, 110_000],
];

const USD = 100_000_000n;

/** Breaks off where somebody walks over prices without end. */
class CountedQuotes extends Map<number, number> {
  lookUps = 0;

  override get(price: number): number | undefined {
    if (++this.lookUps > 10_000) throw new Error("more than 10,000 prices were looked at");
    return super.get(price);
  }
}

/** `base`: in smallest units, as much as `quote` is worth unless it is told. */
function market(
  row: readonly [string, number, number, number],
  seed: number,
  quote = 100_000_000n,
  base?: bigint,
): Scenario {
  const [instrumentId, tickMinor, lotMinor, referencePriceTicks] = row;
  const venue = new Scenario();
  const instrument = { ...INSTRUMENT, instrumentId, tickMinor, lotMinor };
  venue.define({ kind: "SIMULATED", seed, referencePriceTicks }, instrument);
  const quoteMinor = quote * USD;
  const baseMinor = base ?? (quoteMinor * USD) / (BigInt(referencePriceTicks) * BigInt(tickMinor));
  venue.decide({ kind: "ALLOT_TO_VENUE", instrumentId, accountId: `house-${instrumentId}`, baseMinor, quoteMinor });
  return venue;
}

/** Worth of what the house has at each price, in whole units of the quote. */
function worths(venueBook: VenueBook, side: SideCode): number[] {
  const { book, instrument } = venueBook;
  return Array.from({ length: book.levelCount(side) }, (_, rank) => {
    const level = book.levelAt(side, rank);
    let lots = 0;
    for (let handle = book.first(level); handle !== NONE; handle = book.after(handle)) {
      if (orderAt(venueBook, handle).isHouse) lots += book.leaves(handle);
    }
    return (
      Number((BigInt(lots * book.levelPrice(level)) * (instrument as Instrument).notionalPerTickLot) / (USD / 100n)) /
      100
    );
  }).filter((worth) => worth > 0);
}

describe("the simulated market", () => {
  test.each(INSTRUMENTS)("%s: after every tick twelve prices a side, each worth 10,000 to 100,000", (...row) => {
    const venue = market(row, 1);
    const venueBook = venue.state.books[0] as VenueBook;
    let trades = 0;
    for (let tick = 0; tick < 3000; tick++) {
      trades += venue.tick().market.filter(({ kind }) => kind === "TRADE").length;
      for (const side of [BUY, SELL] as const) {
        const found = worths(venueBook, side);
        expect(found.length).toBeGreaterThanOrEqual(12);
        expect(Math.min(...found)).toBeGreaterThanOrEqual(10_000);
        expect(Math.max(...found)).toBeLessThanOrEqual(100_000);
      }
    }
    expect(trades).toBeGreaterThan(300);
  });

  test("I10: one seed gives the same market, another another", () => {
    const run = (seed: number) => {
      const venue = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], seed);
      return Array.from({ length: 200 }, () => venue.tick().market);
    };
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
  });

  test("nothing is reported of trades between participants", () => {
    const venue = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], 1);
    for (let tick = 0; tick < 300; tick++) expect(venue.tick().reports).toEqual([]);
  });

  test("a client's order waits its turn, is filled by those who cross it, and the house's side is reported", () => {
    const venue = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], 1);
    venue.tick();
    const { book } = venue.state.books[0] as VenueBook;
    const price = book.best(BUY);
    venue.place("mine", `BUY 30000 @ ${price}`, { instrumentId: "BTC-USD" });
    const reports = Array.from({ length: 3000 }, () => venue.tick().reports).flat();
    expect(reports.filter(({ orderId }) => orderId === "mine").at(-1)).toMatchObject({
      status: "FILLED",
      cumulativeLots: 30_000,
    });
    expect(reports.filter(({ status }) => status === "PARTIALLY_FILLED").length).toBeGreaterThan(0);
    expect(reports[1]).toMatchObject({ accountId: "house-BTC-USD", side: "SELL", liquidity: "TAKER", version: 1 });
    expect(reports[1]?.orderId).toMatch(/^house-BTC-USD-\d+$/);
  });

  test("a client's order far beyond the reference is taken bit by bit, and makers stay behind it meanwhile", () => {
    const venue = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], 1);
    const venueBook = venue.state.books[0] as VenueBook;
    venue.place("mine", "BUY 200000 @ 5005000", { instrumentId: "BTC-USD" });
    let ticks = 0;
    while (venueBook.handleOf.has("mine")) {
      venue.tick();
      ticks++;
      expect(worths(venueBook, SELL).length).toBeGreaterThanOrEqual(12);
    }
    expect(ticks).toBeGreaterThan(10);
    expect(ticks).toBeLessThan(40);
  });

  test("participants spend their allotment and no more; without one they do nothing", () => {
    const venue = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], 1, 200_000n);
    const venueBook = venue.state.books[0] as VenueBook;
    for (let tick = 0; tick < 100; tick++) {
      venue.tick();
      expect(worths(venueBook, BUY).reduce((sum, worth) => sum + worth, 0)).toBeLessThanOrEqual(200_000);
    }
    expect(worths(venueBook, BUY).length).toBeGreaterThan(2);
    const poor = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], 1, 0n);
    poor.tick();
    expect(poor.state.books[0]?.book.levelCount(BUY)).toBe(0);
  });

  test("F13: a bid far above the market, withdrawn again, costs a tick no more than the house has quotes", () => {
    const venue = market(INSTRUMENTS[0] as (typeof INSTRUMENTS)[0], 1, 200_000n, 0n);
    const venueBook = venue.state.books[0] as VenueBook;
    const asks = new CountedQuotes();
    Object.assign(venueBook.house, { asks });
    venue.tick();
    const near = venueBook.simulated?.highestAsk ?? 0;
    venue.place("far", "BUY 1 @ 990000000000", { instrumentId: "BTC-USD" });
    venue.tick();
    expect(venueBook.simulated?.highestAsk).toBe(990_000_000 + 1 + 17);
    venue.decide({
      ...{ kind: "PULL_ORDER", instrumentId: "BTC-USD", orderId: "far", version: 2, accountId: "account-far" },
    });
    asks.lookUps = 0;
    venue.tick();
    expect(venueBook.simulated?.highestAsk).toBe(near);
    expect(asks.lookUps).toBeLessThan(200);
  });

  test("an order of the least quantity is not lost among them", () => {
    const venue = market(INSTRUMENTS[3] as (typeof INSTRUMENTS)[3], 2);
    venue.now = MIDNIGHT;
    for (let tick = 0; tick < 50; tick++) venue.tick();
    const output = venue.place("mine", "BUY 1", { instrumentId: "AAPL-USD" });
    expect(output.reports.map(({ status }) => status)).toEqual(["PARTIALLY_FILLED", "FILLED"]);
    expect(output.reports[0]?.accountId).toBe("house-AAPL-USD");
  });
});

describe("the reference price", () => {
  test.each(INSTRUMENTS)(
    "%s: steps of a ten-thousandth, never further than a tenth from the mean, and back to it",
    (...row) => {
      const mean = row[3] * PARTS;
      let reference = mean;
      let above = 0;
      let walked = 0;
      let furthest = 0;
      const ticks = 100_000;
      for (let tick = 1; tick <= ticks; tick++) {
        const next = nextReference(reference, mean, 3, tick);
        furthest = Math.max(furthest, Math.abs(next - mean));
        walked += Math.abs(next - reference) / mean;
        reference = next;
        if (reference > mean) above++;
      }
      expect(furthest).toBeLessThanOrEqual(mean / 10);
      expect(walked / ticks).toBeGreaterThan(0.00008);
      expect(walked / ticks).toBeLessThan(0.00012);
      expect(above / ticks).toBeGreaterThan(0.1);
      expect(above / ticks).toBeLessThan(0.9);
    },
  );

  test("stops at the border and comes back", () => {
    const mean = 5_000_000 * PARTS;
    let reference = mean + mean / 10;
    let highest = 0;
    for (let tick = 1; tick < 40_000; tick++) {
      reference = nextReference(reference, mean, 3, tick);
      highest = Math.max(highest, reference);
    }
    expect(highest).toBeLessThanOrEqual(mean + mean / 10);
    expect(reference).toBeLessThan(mean * 1.05);
  });

  test("of the largest price stays a safe integer", () => {
    const mean = 2 ** 34 * PARTS;
    for (let tick = 1; tick < 100; tick++) {
      expect(Number.isSafeInteger(nextReference(mean, mean, 3, tick))).toBe(true);
    }
  });
});

test("draws are even, and differ by seed, step and number", () => {
  const counts = new Array<number>(10).fill(0);
  for (let step = 0; step < 10_000; step++) (counts[below(drawAt(9, step, 0), 10)] as number)++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  const draws = [drawAt(1, 1, 1), drawAt(2, 1, 1), drawAt(1, 2, 1), drawAt(1, 1, 2), drawAt(1, 1 + 2 ** 32, 1)];
  expect(new Set(draws).size).toBe(5);
  expect(below(2 ** 32 - 1, 2 ** 20)).toBe(2 ** 20 - 1);
});
