import { type Book, BookSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DepthLevels, type DepthView } from "./depth-levels.ts";

/** `99x2 98x1 | 101x3`. */
function bookOf(ladder: string, sequence: bigint): Book {
  const [bids = "", asks = ""] = ladder.split("|");
  return create(BookSchema, { instrumentId: "BTC-USD", sequence, bids: levelsOf(bids), asks: levelsOf(asks) });
}

function levelsOf(text: string): { price: string; quantity: string; orderCount: number }[] {
  const words = text.trim().split(" ").filter(Boolean);
  return words.map((word) => {
    const [price = "", quantity = ""] = word.split("x");
    return { price, quantity, orderCount: 1 };
  });
}

function printed({ bids, asks }: DepthView): string {
  const side = (rows: DepthView["bids"]): string =>
    rows.map(({ price, quantity, total }) => `${price}x${quantity}=${total}`).join(" ");
  return `${side(bids)} | ${side(asks)}`;
}

function depthOf(...books: readonly string[]): DepthLevels {
  const levels = new DepthLevels();
  for (const [index, book] of books.entries()) {
    if (index === 0) levels.replace(bookOf(book, 1n));
    else levels.change(bookOf(book, BigInt(index + 1)));
  }
  return levels;
}

test("levels stand best first, each with the total up to it", () => {
  const levels = depthOf("98x1 99.5x2 99x4 | 101x3 100x0.5");
  expect(printed(levels.view(10))).toBe("99.5x2=2 99x4=6 98x1=7 | 100x0.5=0.5 101x3=3.5");
});

test("a delta replaces levels, adds them, and takes those of quantity 0 away", () => {
  const levels = depthOf("99x2 98x1 | 101x3", "99x0 98x5 97x1 | 100x1", "| 101x0");
  expect(printed(levels.view(10))).toBe("98x5=5 97x1=6 | 100x1=1");
  expect(levels.view(10).sequence).toBe(3n);
});

test("a snapshot leaves nothing of what stood", () => {
  const levels = depthOf("99x2 | 101x3");
  levels.replace(bookOf("90x1 |", 9n));
  expect(printed(levels.view(10))).toBe("90x1=1 | ");
  levels.replace(undefined);
  expect(printed(levels.view(10))).toBe(" | ");
});

test("spread and mid are exact, and unknown while a side is empty", () => {
  expect(depthOf("99.99x1 | 100.02x1").view(10)).toMatchObject({
    ...{ spread: "0.03", spreadPercent: "0.029998", mid: "100.005", bestBid: "99.99" },
  });
  expect(depthOf("99x1 |").view(10)).toMatchObject({
    spread: undefined,
    spreadPercent: undefined,
    mid: undefined,
    bestAsk: undefined,
  });
});

test("bars are measured by the largest total that is shown", () => {
  const { bids, asks } = depthOf("99x1 98x3 97x100 | 101x2").view(2);
  expect(bids.map(({ share }) => share)).toEqual([0.25, 1]);
  expect(asks.map(({ share }) => share)).toEqual([0.5]);
});

test("groups never show a price better than it is", () => {
  const levels = depthOf("99.9x1 99.1x2 98.9x4 | 100.1x1 100.9x2 101.1x4");
  expect(printed(levels.view(10, "1"))).toBe("99x3=3 98x4=7 | 101x3=3 102x4=7");
});

// Fails when the last group is shown though levels of it may lie behind those that are told.
test("a group that may be told in part is not shown", () => {
  const levels = depthOf("99.9x1 99.1x2 98.9x4 | 100.1x1 100.9x2");
  expect(printed(levels.view(10, "1", 3))).toBe("99x3=3 | 101x3=3");
  expect(printed(levels.view(10, "1", 4))).toBe("99x3=3 98x4=7 | 101x3=3");
  // As they are they are whole, and of one group alone some is better than nothing.
  expect(printed(levels.view(10, undefined, 3))).toBe("99.9x1=1 99.1x2=3 98.9x4=7 | 100.1x1=1 100.9x2=3");
  expect(printed(levels.view(10, "100", 3))).toBe("0x7=7 | 200x3=3");
});
