import { describe, expect, test } from "vitest";
import { BUY, SELL } from "../matching/book-code.ts";
import { bookLevels } from "../venue/publish.ts";
import { lines, Scenario } from "../venue/testing/scenario.ts";
import type { RecordedMarket } from "../venue/venue-input.ts";

const USD = 100_000_000n;

function recorded(): Scenario {
  const venue = new Scenario();
  venue.define({ kind: "RECORDED" });
  const allotment = { baseMinor: 1000n * USD, quoteMinor: 100_000n * USD };
  venue.decide({ kind: "ALLOT_TO_VENUE", instrumentId: "X-USD", accountId: "house-X-USD", ...allotment });
  return venue;
}

/** `"B 10 @ 99"` is a level, `"S! 3 @ 99"` a seller who takes. */
function play(venue: Scenario, number: number, ...steps: string[]): ReturnType<Scenario["decide"]> {
  const rows = steps.map((step) => step.split(" "));
  const levels: RecordedMarket["levels"][number][] = [];
  const trades: RecordedMarket["trades"][number][] = [];
  for (const [who, quantity, , price] of rows) {
    const side = who?.startsWith("B") ? "BUY" : "SELL";
    const numbers = { quantityLots: Number(quantity), priceTicks: Number(price) };
    if (who?.endsWith("!")) trades.push({ takerSide: side, ...numbers });
    else levels.push({ side, ...numbers });
  }
  return venue.decide({ kind: "RECORDED_MARKET", instrumentId: "X-USD", number, levels, trades });
}

function ladder(venue: Scenario): string {
  const book = venue.state.books[0]?.book;
  if (book === undefined) return "";
  const side = (code: typeof BUY | typeof SELL) =>
    bookLevels(book, code, 20)
      .map(({ priceTicks, quantityLots }) => `${quantityLots} @ ${priceTicks}`)
      .join(", ");
  return `${side(BUY)} | ${side(SELL)}`;
}

describe("the recorded market", () => {
  test("levels are what the recording says, absolutely", () => {
    const venue = recorded();
    play(venue, 1, "B 10 @ 99", "B 5 @ 98", "S 7 @ 101");
    play(venue, 2, "B 12 @ 99", "B 0 @ 98", "S 3 @ 101", "S 4 @ 103");
    expect(ladder(venue)).toBe("12 @ 99 | 3 @ 101, 4 @ 103");
  });

  test("an outdated quote gives way to a newer one that crosses it: nothing is printed", () => {
    const venue = recorded();
    play(venue, 1, "B 10 @ 99", "S 7 @ 101", "S 7 @ 102", "S 7 @ 103");
    const output = play(venue, 2, "B 4 @ 102");
    expect(output.market.map(({ kind }) => kind)).toEqual(["BOOK_DELTA"]);
    expect(ladder(venue)).toBe("4 @ 102, 10 @ 99 | 7 @ 103");
  });

  test("takers trade with the house in the market only, with a client by report", () => {
    const venue = recorded();
    play(venue, 1, "B 10 @ 99");
    venue.place("mine", "BUY 6 @ 99");
    expect(lines(play(venue, 2, "S! 12 @ 99"))).toEqual([
      "mine TRADE 2 @ 99, 4 open, 2 done: PARTIALLY_FILLED",
      "house-X-USD-3 TRADE 2 @ 99, 0 open, 12 done: FILLED",
    ]);
    expect(ladder(venue)).toBe("4 @ 99 | ");
  });

  test("a client's order in the way of a level is traded with", () => {
    const venue = recorded();
    venue.place("mine", "BUY 6 @ 101");
    expect(lines(play(venue, 1, "S 10 @ 100"))[0]).toBe("mine TRADE 6 @ 101, 0 open, 6 done: FILLED");
    expect(ladder(venue)).toBe(" | 4 @ 100");
  });

  test("a lower quantity keeps the house's place, a higher one does not", () => {
    const venue = recorded();
    play(venue, 1, "B 10 @ 99");
    venue.place("mine", "BUY 6 @ 99");
    play(venue, 2, "B 5 @ 99");
    expect(lines(venue.place("s", "SELL 1 @ 99"))[0]).toMatch(/^house-X-USD/);
    play(venue, 3, "B 8 @ 99");
    expect(lines(venue.place("t", "SELL 1 @ 99"))[0]).toMatch(/^mine/);
  });

  test("only as far as the allotment goes", () => {
    const venue = recorded();
    play(venue, 1, "B 900 @ 100", "B 200 @ 99", "S 1500 @ 101");
    expect(ladder(venue)).toBe("900 @ 100, 101 @ 99 | 1000 @ 101");
    play(venue, 2, "B! 2000 @ 101");
    expect(venue.state.books[0]?.house.quoteMinor).toBe(100_000n * USD);
  });

  test.each([
    [1, true, "1 @ 50 | "],
    [2, false, "10 @ 99 | "],
    [3, true, "10 @ 99, 1 @ 50 | "],
    [4, false, "10 @ 99 | "],
  ])("after step 2, step %i: applied is %s", (number, applied, expected) => {
    const venue = recorded();
    play(venue, 1, "B 9 @ 98");
    play(venue, 2, "B 0 @ 98", "B 10 @ 99");
    expect(play(venue, number, "B 1 @ 50").market.length > 0).toBe(applied);
    expect(ladder(venue)).toBe(expected);
  });

  test("is refused silently where no recording belongs", () => {
    const venue = new Scenario();
    venue.define();
    expect(play(venue, 1, "B 1 @ 50")).toMatchObject({ reports: [], market: [] });
  });
});
