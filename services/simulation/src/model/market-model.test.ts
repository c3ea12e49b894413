import { LevelSchema, type MarketEvent, MarketEventSchema, Phase } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { MarketModel, type ShownBook } from "./market-model.ts";
import { Violations } from "./violations.ts";

const instrumentId = "ETH-USD";

interface Told {
  readonly price: string;
  readonly quantity: string;
  readonly orderCount: number;
}

interface Changed {
  readonly bids?: Told[];
  readonly asks?: Told[];
}

/** So much at a price; 0: it is gone. */
function level(price: string, quantity: string, orderCount = quantity === "0" ? 0 : 1): Told {
  return { price, quantity, orderCount };
}

function told(sequence: number, value: Changed, kind: "delta" | "snapshot" = "delta"): MarketEvent {
  return create(MarketEventSchema, { instrumentId, sequence: BigInt(sequence), event: { case: kind, value } });
}

function bid(sequence: number, price: string, quantity: string): MarketEvent {
  return told(sequence, { bids: [level(price, quantity)] });
}

function ask(sequence: number, price: string, quantity: string): MarketEvent {
  return told(sequence, { asks: [level(price, quantity)] });
}

function phase(sequence: number, value: Phase): MarketEvent {
  const event = { case: "phase" as const, value: { phase: value } };
  return create(MarketEventSchema, { instrumentId, sequence: BigInt(sequence), event });
}

function shown(sequence: number, ...bids: [price: string, quantity: string][]): ShownBook {
  const levels = bids.map(([price, quantity]) => create(LevelSchema, { price, quantity }));
  return { sequence: BigInt(sequence), bids: levels, asks: [] };
}

const LOGGED = [bid(1, "10", "1"), bid(2, "11", "2"), bid(3, "10", "0")];

function check(logged: readonly MarketEvent[], ...looks: Readonly<Record<string, ShownBook>>[]): Violations {
  const violations = new Violations();
  const model = new MarketModel(violations);
  for (const event of logged) model.take(event);
  for (const look of looks) model.compare(instrumentId, new Map(Object.entries(look)));
  return violations;
}

test("D27, I11: gateways at different sequences show what the events up to there make", () => {
  const first = { slow: shown(1, ["10", "1"]), fast: shown(2, ["10", "1"], ["11", "2.0"]) };
  const { found, seen } = check(LOGGED, first, { slow: shown(1, ["10", "1"]), fast: shown(3, ["11", "2"]) });
  expect(found).toEqual([]);
  // Three events, where each of four books stands, and both sides of all but the one that stood still.
  expect(seen.get("I11")).toBe(3 + 4 + 2 * 3);
});

test.each<[string, ShownBook]>([
  ["a level too many", shown(3, ["10", "1"], ["11", "2"])],
  ["a level too few", shown(3)],
  ["another quantity", shown(3, ["11", "3"])],
  ["more than the log has", shown(4, ["11", "2"])],
])("D27, I11: a gateway that shows %s is seen", (_, book) => {
  expect(check(LOGGED, { gateway: book }).found[0]).toMatch(/^I11/);
});

test("D27, I11: an instrument's event that is missing is seen as the next one comes", () => {
  expect(check([LOGGED[0] as MarketEvent, LOGGED[2] as MarketEvent]).found).toEqual(["I11: ETH-USD: 3 comes after 1"]);
});

const { AUCTION, CONTINUOUS, HALTED } = Phase;

test.each<[string, readonly MarketEvent[]]>([
  ["bids below what is asked", [bid(1, "10", "1"), ask(2, "10.01", "1")]],
  [
    "who asks what was bid, of whom nothing is left",
    [bid(1, "10", "1"), told(2, { bids: [level("10", "0")], asks: [level("10", "2")] })],
  ],
  ["a level that came and went by one input", [bid(1, "10", "0")]],
  ["another book altogether", [bid(1, "10", "1"), told(2, { asks: [level("9", "1")] }, "snapshot")]],
  [
    "an auction that gathers orders and is uncrossed",
    [
      phase(1, AUCTION),
      bid(2, "10", "1"),
      ask(3, "9", "1"),
      phase(4, HALTED),
      bid(5, "11", "1"),
      phase(6, CONTINUOUS),
      told(7, { bids: [level("10", "0"), level("11", "0")] }),
    ],
  ],
])("D27, I9: a book is told as it may be: %s", (_, logged) => {
  const { found, seen } = check(logged);
  expect(found).toEqual([]);
  expect(seen.get("I9")).toBe(2 * logged.filter(({ event }) => event.case !== "phase").length);
});

test.each<[string, string, readonly MarketEvent[]]>([
  ["crossed", "at 2 is crossed", [bid(1, "10", "1"), ask(2, "9.99", "1")]],
  ["locked", "at 2 is crossed", [ask(1, "10", "1"), bid(2, "10", "1")]],
  [
    "crossed by a level that is gone and stays",
    "at 3 is crossed",
    [ask(1, "10", "1"), ask(2, "11", "1"), bid(3, "10", "2")],
  ],
  [
    "crossed where orders match again behind an auction",
    "at 4 is crossed",
    [phase(1, AUCTION), bid(2, "10", "1"), phase(3, CONTINUOUS), ask(4, "9", "1")],
  ],
  ["below zero", "-1@10", [bid(1, "10", "-1")]],
  ["nothing at a level of a whole book", "0@10", [told(1, { bids: [level("10", "0")] }, "snapshot")]],
  ["a level of nobody", "1@10 of 0 orders", [told(1, { bids: [level("10", "1", 0)] })]],
  ["orders for nothing", "0@10 of 1 orders", [told(1, { asks: [level("10", "0", 1)] })]],
  ["a level without a price", "1@0", [bid(1, "0", "1")]],
])("D27, I9: a book is told %s, and that is seen", (_, text, logged) => {
  const { found } = check(logged);
  expect(found[0]).toMatch(/^I9/);
  expect(found[0]).toContain(text);
});
