import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { orderColumns } from "./order-columns.ts";

const COLUMNS = orderColumns(() => ({ price: 2, quantity: 4 }));

function cell(title: string) {
  const column = COLUMNS.find((one) => one.title === title);
  if (column === undefined) throw new Error(`no column ${title}`);
  return column;
}

// Fails when the status says nothing more than itself.
test("why an order was refused is told on hover of its status, in a column, and in the export", () => {
  const refused = create(OrderSchema, {
    status: OrderStatus.REJECTED,
    refusal: { reason: Reason.INSUFFICIENT_FUNDS, message: "needs 60030 USD, 50000 available" },
  });
  const words = cell("Reason").exact(refused);
  expect(words).toContain("60,030");
  expect(cell("Status").shown(refused)).toBe("Refused");
  expect(cell("Status").hint?.(refused)).toBe(words);
  expect(cell("Reason").shown(refused)).toBe(words);
});

test("an order that went well has no reason", () => {
  const filled = create(OrderSchema, { status: OrderStatus.FILLED });
  expect([cell("Status").hint?.(filled), cell("Reason").shown(filled), cell("Reason").exact(filled)]).toEqual([
    "",
    "—",
    "",
  ]);
});

test("what is cut off in a cell is whole on hover and in the export", () => {
  const order = create(OrderSchema, { limitPrice: "50000.129", quantity: "0.00015", averagePrice: "" });
  expect([cell("Price").shown(order), cell("Price").hint?.(order), cell("Price").exact(order)]).toEqual([
    "50,000.12",
    "50,000.129",
    "50000.129",
  ]);
  expect(cell("Quantity").shown(order)).toBe("0.0001");
  expect(cell("Average").shown(order)).toBe("—");
});
