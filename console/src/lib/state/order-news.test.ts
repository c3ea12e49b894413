import { RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { FillSchema, OrderSchema, OrderStatus, RefusedBy, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { endingWords, fillWords, type Run, unchangedWords, withFill } from "./order-news.ts";

const BTC = create(InstrumentSchema, { instrumentId: "BTC-USD", baseAsset: "BTC", tick: "0.01" });
const instrumentOf = () => BTC;

function told(side: Side, ...fills: readonly (readonly [quantity: string, price: string])[]): string {
  let run: Run | undefined;
  const made = fills.map(([quantity, price]) => create(FillSchema, { side, quantity, price, instrumentId: "BTC-USD" }));
  for (const fill of made) run = withFill(run, fill);
  const [first] = made;
  return run === undefined || first === undefined ? "" : fillWords(run, first, instrumentOf);
}

test("fills are told by what they came to together", () => {
  expect(told(Side.BUY, ["0.5", "50000"])).toBe("Bought 0.5 BTC at 50,000.00.");
  expect(told(Side.SELL, ["1", "50000"], ["3", "50010.01"])).toBe("Sold 4 BTC at 50,007.50 on average, in 2 fills.");
});

test("an end is told unless its person asked for it or the ticket says it", () => {
  const words = (status: OrderStatus, before?: OrderStatus, refusedBy: RefusedBy = RefusedBy.UNSPECIFIED): string => {
    const terms = { side: Side.BUY, instrumentId: "BTC-USD", canceledQuantity: "0.3", refusedBy };
    const old = before === undefined ? undefined : create(OrderSchema, { ...terms, status: before });
    return endingWords(create(OrderSchema, { ...terms, status }), old, instrumentOf);
  };
  expect(words(OrderStatus.CANCELED, OrderStatus.LIVE)).toBe("Your order to buy 0.3 BTC was cancelled.");
  expect(words(OrderStatus.CANCELED, OrderStatus.PENDING_CANCEL)).toBe("");
  expect(words(OrderStatus.EXPIRED, OrderStatus.LIVE)).toBe("Your order to buy 0.3 BTC has expired.");
  expect(words(OrderStatus.REJECTED, OrderStatus.PENDING_SUBMIT, RefusedBy.VENUE)).toMatch(/^The venue refused/);
  expect(words(OrderStatus.REJECTED, undefined, RefusedBy.PLATFORM)).toBe("");
  for (const status of [OrderStatus.LIVE, OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED])
    expect(words(status)).toBe("");
});

test("the venue is said to have cancelled only what it is known to have", () => {
  const canceled = { side: Side.SELL, instrumentId: "BTC-USD", canceledQuantity: "2", status: OrderStatus.CANCELED };
  const words = (more: { timeInForce?: TimeInForce; refusal?: { message: string } }): string => {
    const refusal = more.refusal === undefined ? undefined : create(RefusalSchema, more.refusal);
    return endingWords(create(OrderSchema, { ...canceled, ...more, refusal }), undefined, instrumentOf);
  };
  expect(words({ timeInForce: TimeInForce.IOC })).toBe("The venue cancelled your order to sell 2 BTC.");
  expect(words({ timeInForce: TimeInForce.FOK })).toBe("The venue cancelled your order to sell 2 BTC.");
  expect(words({ timeInForce: TimeInForce.GTC })).toBe("Your order to sell 2 BTC was cancelled.");
  expect(words({ refusal: { message: "closed" } })).toMatch(/^The venue cancelled your order to sell 2 BTC: /);
});

// Fails when an order that goes on as it was after it was to be changed or cancelled is not told.
test("what the venue would not do is told: a change that was not made, a cancel that came to nothing", () => {
  const terms = { side: Side.BUY, instrumentId: "BTC-USD", quantity: "0.5", limitPrice: "100" };
  const words = (before: OrderStatus, status: OrderStatus, more: { limitPrice?: string; postOnly?: boolean } = {}) => {
    const now = create(OrderSchema, { ...terms, status, ...more });
    return unchangedWords(now, create(OrderSchema, { ...terms, status: before }), instrumentOf);
  };
  const { LIVE, PARTIALLY_FILLED, PENDING_CANCEL, PENDING_REPLACE } = OrderStatus;
  const unchanged = "The venue did not change your order to buy 0.5 BTC: it works as it did.";
  expect(words(PENDING_REPLACE, LIVE)).toBe(unchanged);
  expect(words(PENDING_REPLACE, LIVE, { postOnly: true })).toBe(
    `${unchanged} It is post-only, and must not trade at once.`,
  );
  expect(words(PENDING_REPLACE, LIVE, { limitPrice: "101" })).toBe("");
  expect(words(PENDING_CANCEL, PARTIALLY_FILLED)).toBe(
    "The venue did not cancel your order to buy 0.5 BTC: it works on.",
  );
  expect(words(LIVE, PARTIALLY_FILLED)).toBe("");
});
