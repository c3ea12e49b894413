import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type Order, OrderSchema, OrderStatus, OrderType, RefusedBy, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { afterFunds, NOT_REFUSED, refusalBeside, venueRefusal } from "./ticket-refusal.ts";

const BTC = create(InstrumentSchema, { baseAsset: "BTC", quoteAsset: "USD", tick: "0.01", collar: "0.05" });

function problemsOf(reason: Reason, order: Omit<Partial<Order>, "$typeName">) {
  const refusal = create(RefusalSchema, { reason, message: "the venue says so" });
  const terms = { side: Side.BUY, type: OrderType.LIMIT, quantity: "5", limitPrice: "50000", cumulativeQuantity: "0" };
  return venueRefusal(create(OrderSchema, { ...terms, refusal, ...order }), BTC)?.problems;
}

const REJECTED = { status: OrderStatus.REJECTED, refusedBy: RefusedBy.VENUE };
const CANCELED = { status: OrderStatus.CANCELED };

// Fails when what the venue refuses is told in a notice alone, and when it stands beside no field.
test.each([
  [Reason.WOULD_TAKE, REJECTED, { price: "Post-only, and at 50,000.00 USD it would have traded at once." }],
  [
    Reason.NOT_FILLABLE,
    CANCELED,
    { quantity: "Nobody traded 5 BTC in full at once at 50,000.00 USD or less: nothing was filled." },
  ],
  [
    Reason.IMMEDIATE_REST,
    { ...CANCELED, side: Side.SELL },
    { quantity: "Nobody traded at once at 50,000.00 USD or more: nothing of 5 BTC was filled." },
  ],
  [
    Reason.COLLAR,
    { ...CANCELED, type: OrderType.MARKET, limitPrice: "", cumulativeQuantity: "1.5" },
    { quantity: "1.5 of 5 BTC was filled: the rest lies beyond the price collar of 5 %." },
  ],
  [
    Reason.SELF_TRADE,
    { ...CANCELED, canceledQuantity: "2" },
    { selfTrade: "2 of 5 BTC was cancelled: it would have traded with another order of yours." },
  ],
  [Reason.AMOUNT_OUT_OF_RANGE, REJECTED, { form: "The venue says so." }],
])(
  "C03: what the venue refuses for reason %i is said beside its field, with its figures",
  (reason, order, problems) => {
    expect(problemsOf(reason, order)).toEqual(problems);
  },
);

test("an order that ends otherwise is no fault of the ticket", () => {
  expect(problemsOf(Reason.IMMEDIATE_REST, { ...CANCELED, cumulativeQuantity: "1" })).toBeUndefined();
  expect(problemsOf(Reason.REQUESTED, CANCELED)).toBeUndefined();
  expect(problemsOf(Reason.WOULD_TAKE, { status: OrderStatus.LIVE })).toBeUndefined();
  expect(
    problemsOf(Reason.INSUFFICIENT_FUNDS, { status: OrderStatus.REJECTED, refusedBy: RefusedBy.PLATFORM }),
  ).toBeUndefined();
  expect(venueRefusal(create(OrderSchema, CANCELED), BTC)).toBeUndefined();
});

const POOR = create(RefusalSchema, {
  reason: Reason.INSUFFICIENT_FUNDS,
  facts: { asset: "USD", required: "450225", available: "99550" },
});

// Fails when money that moves takes a refusal away that still holds, and when its figures are those of then.
test("C03: a refusal for want of funds holds until they are enough, by what is available now", () => {
  const held = refusalBeside(POOR);
  expect(held.problems).toEqual({ quantity: "Needs 450,225.00 USD, 99,550.00 available." });
  expect(afterFunds(held, () => undefined)).toBe(held);
  const poorer = afterFunds(held, (asset) => (asset === "USD" ? "80000.5" : "1000000"));
  expect(poorer.problems).toEqual({ quantity: "Needs 450,225.00 USD, 80,000.50 available." });
  expect(afterFunds(poorer, () => "450225")).toBe(NOT_REFUSED);
});

test("a refusal for another reason is not about money", () => {
  const held = refusalBeside(create(RefusalSchema, { reason: Reason.QUANTITY_LIMIT, message: "too much" }));
  expect(afterFunds(held, () => "1000000000")).toBe(held);
});
