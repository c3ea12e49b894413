import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, test } from "vitest";
import { quantityOfTotal, totalOf, totalPrice, totalProblem } from "./ticket-total.ts";

const LOT = "0.0001";
const BEST = { bid: "99.9", ask: "100.11", mid: "100.005" };

/** Total, price, the quantity it sets, what that comes to. */
const rows: readonly (readonly [string, string | undefined, string, string])[] = [
  ["1000", "100", "10", "1000"],
  ["1k", "100.11", "9.989", "999.99879"],
  ["1,000.50", "0.000003", "333500000", "1000.5"],
  ["0.1", "3", "0.0333", "0.0999"],
  // A float would come to 0.2999.
  ["0.3", "1", "0.3", "0.3"],
  ["999999999999", "0.0001", "9999999999990000", "999999999999"],
  ["0.009", "100", "", ""],
  ["0", "100", "", ""],
  ["", "100", "", ""],
  ["abc", "100", "", ""],
  ["1000", undefined, "", ""],
];

test.each(rows)("a total of %j at %j is %j, which comes to %j", (text, price, quantity, total) => {
  expect(quantityOfTotal({ text, price }, LOT)).toBe(quantity);
  expect(totalOf(quantity, price)).toBe(total);
});

test("is reckoned at the limit, or for a market order at the other side's best", () => {
  const limit = { side: Side.BUY, type: OrderType.LIMIT, price: "1,000" };
  expect(totalPrice(limit, BEST)).toBe("1000");
  expect(totalPrice({ ...limit, price: "" }, BEST)).toBeUndefined();
  expect(totalPrice({ ...limit, price: "0" }, BEST)).toBeUndefined();
  expect(totalPrice({ ...limit, type: OrderType.MARKET }, BEST)).toBe("100.11");
  expect(totalPrice({ ...limit, type: OrderType.MARKET, side: Side.SELL }, BEST)).toBe("99.9");
  expect(totalPrice({ ...limit, type: OrderType.MARKET }, { ...BEST, ask: undefined })).toBeUndefined();
});

test("says why there is no quantity of it", () => {
  const problem = (text: string, price?: string) => totalProblem({ text, price }, LOT, "BTC");
  expect(problem("")).toBe("");
  expect(problem("1000")).toBe("");
  expect(problem("1000", "100")).toBe("");
  expect(problem("0,5", "100")).toMatch(/^Not a number/);
  expect(problem("0.001", "100")).toBe("Less than the smallest order, 0.0001 BTC.");
});
