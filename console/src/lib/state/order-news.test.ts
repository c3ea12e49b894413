import { RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { FillSchema, OrderSchema, OrderStatus, RefusedBy, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { endingWords, fillWords, type Run, withFill } from "./order-news.ts";

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
