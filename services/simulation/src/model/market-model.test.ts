import { LevelSchema, type MarketEvent, MarketEventSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { MarketModel, type ShownBook } from "./market-model.ts";
import { Violations } from "./violations.ts";

const instrumentId = "ETH-USD";

/** A bid of so much at a price; 0: it is gone. */
function bid(sequence: number, price: string, quantity: string): MarketEvent {
  const event = { case: "delta" as const, value: { bids: [{ price, quantity }] } };
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
