import { type Trade, TradeSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { KEPT, TapeRows } from "./tape-rows.ts";

/** Trades of these quantities, oldest first. */
function tradesOf(...quantities: readonly string[]): Trade[] {
  return quantities.map((quantity, index) => create(TradeSchema, { quantity, sequence: BigInt(index) }));
}

function printed({ rows }: TapeRows): string {
  return rows.map(({ trade, isLarge }) => `${trade.quantity}${isLarge ? "!" : ""}`).join(" ");
}

const TEN = ["0.9", "1", "1.1", "0.8", "1.2", "1", "0.7", "1.3", "1", "0.95"];

test("the newest stand first", () => {
  const tape = new TapeRows();
  tape.replace(tradesOf("1", "2"));
  tape.add(tradesOf("3", "4"));
  expect(printed(tape)).toBe("4 3 2 1");
});

test("a print of five times the median is large: of the snapshot's own, and of the newest before an update", () => {
  const tape = new TapeRows();
  tape.replace(tradesOf(...TEN, "5"));
  expect(printed(tape).split(" ")[0]).toBe("5!");
  tape.add(tradesOf("4.9999", "5.0"));
  expect(printed(tape).split(" ").slice(0, 2)).toEqual(["5.0!", "4.9999"]);
});

test("the median is of the newest hundred", () => {
  const tape = new TapeRows();
  tape.replace(tradesOf(...new Array<string>(100).fill("1")));
  tape.add(tradesOf(...new Array<string>(100).fill("3")));
  tape.add(tradesOf("14", "15"));
  expect(printed(tape).split(" ").slice(0, 2)).toEqual(["15!", "14"]);
});

test("nothing is large among fewer than ten", () => {
  const tape = new TapeRows();
  tape.replace(tradesOf("1", "1", "1", "100"));
  tape.add(tradesOf("100"));
  expect(printed(tape)).toBe("100 100 1 1 1");
});

test("no more are kept than the tape shows", () => {
  const tape = new TapeRows();
  tape.replace(tradesOf(...new Array<string>(KEPT).fill("1")));
  tape.add(tradesOf("2"));
  expect(tape.rows).toHaveLength(KEPT);
  expect(tape.rows[0]?.trade.quantity).toBe("2");
});
