import { type Fill, FillSchema, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { fillMarks } from "./fill-marks.ts";

function fillOf(second: number, side: Side, quantity: string): Fill {
  return create(FillSchema, { occurredAt: { seconds: BigInt(second) }, side, quantity });
}

const rows: readonly { name: string; fills: readonly Fill[]; marks: string }[] = [
  { name: "a fill stands at the candle it is in", fills: [fillOf(125, Side.BUY, "1")], marks: "120 buy 1" },
  {
    name: "fills of a candle and side are one mark",
    fills: [fillOf(61, Side.SELL, "0.1"), fillOf(119, Side.SELL, "0.2"), fillOf(119, Side.BUY, "5")],
    marks: "60 sell 0.3, 60 buy 5",
  },
  { name: "one before the first candle has none", fills: [fillOf(59, Side.BUY, "1")], marks: "" },
  {
    name: "the oldest mark comes first, however the fills are told",
    fills: [fillOf(180, Side.BUY, "2"), fillOf(60, Side.BUY, "1")],
    marks: "60 buy 1, 180 buy 2",
  },
];

test.each(rows)("$name", ({ fills, marks }) => {
  const printed = fillMarks(fills, [60, 120, 180]).map(
    ({ start, isBuy, quantity }) => `${start} ${isBuy ? "buy" : "sell"} ${quantity}`,
  );
  expect(printed.join(", ")).toBe(marks);
});
