import { BookSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DepthLevels, type DepthView } from "./depth-levels.ts";
import { centreOf, fittingStep, isOffCentre, ladderRows } from "./ladder-rows.ts";

function view(bids: readonly string[], asks: readonly string[], group?: string): DepthView {
  const levels = new DepthLevels();
  const side = (prices: readonly string[]) => prices.map((price) => ({ price, quantity: "2", orderCount: 1 }));
  levels.change(create(BookSchema, { bids: side(bids), asks: side(asks) }));
  return levels.view(40, group);
}

/** `price bid/ask` from the top. */
function printed(of: DepthView, centre: string, step: string, count: number): string {
  return ladderRows(of, centre, step, count)
    .map(
      ({ price, bid, ask }) =>
        `${price}${bid === undefined ? "" : ` bid ${bid.quantity}`}${ask === undefined ? "" : ` ask ${ask.quantity}`}`,
    )
    .join(", ");
}

test("the ladder stands about its centre, with what the book has at each price", () => {
  const market = view(["99", "97"], ["101"]);
  expect(centreOf(market)).toBe("100");
  expect(printed(market, "100", "1", 5)).toBe("102, 101 ask 2, 100, 99 bid 2, 98");
  expect(printed(market, "98", "1", 3)).toBe("99 bid 2, 98, 97 bid 2");
  expect(printed(view(["99", "98.5"], ["101.5"], "1"), "100", "1", 5)).toBe("102 ask 2, 101, 100, 99 bid 2, 98 bid 2");
});

test("no price is zero or below", () => {
  expect(printed(view(["0.02"], []), "0.02", "0.01", 7)).toBe("0.05, 0.04, 0.03, 0.02 bid 2, 0.01");
});

test("it is off its centre once the market has left the middle half", () => {
  expect(isOffCentre("100", "110", "1", 40)).toBe(false);
  expect(isOffCentre("100", "110.5", "1", 40)).toBe(true);
  expect(isOffCentre("100", "89", "1", 40)).toBe(true);
});

test("its first step is the smallest that shows ten levels a side", () => {
  const prices = (from: number, by: number) => Array.from({ length: 12 }, (_, index) => String(from + by * index));
  const market = view(prices(990, -10), prices(1000, 10));
  expect(fittingStep(market, ["0.01", "0.1", "1", "10", "100"], 36)).toBe("10");
  expect(fittingStep(market, ["0.01", "0.1"], 36)).toBe("0.1");
  expect(fittingStep(view([], []), ["0.01", "0.1"], 36)).toBe("0.01");
});
