import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type NewOrder, OrderType, SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";

/** What the orders of a run trade, unless it is told otherwise: an instrument of their own, where nobody else is. */
export const loadInstrument = {
  instrumentId: "LOAD-USD",
  baseAsset: "LOAD",
  quoteAsset: "USD",
  tick: "0.01",
  lot: "1",
  minimumNotional: "1",
  maximumNotional: "10000000",
  defaultMaximumQuantity: "1000000",
  makerFee: "0.0002",
  takerFee: "0.0005",
  collar: "0.05",
  marketModel: MarketModel.NONE,
};

/** Every order has the same price and quantity, so that each fills with exactly one other. */
export const loadPrice = "100";
export const loadQuantity = "1";

/** Own orders may meet: only then does every order of every account find its other side. */
export function loadOrder(isBuy: boolean): NewOrder {
  return {
    $typeName: "atlas.order.v1.NewOrder",
    clientOrderId: "",
    instrumentId: loadInstrument.instrumentId,
    side: isBuy ? Side.BUY : Side.SELL,
    type: OrderType.LIMIT,
    timeInForce: 0,
    quantity: loadQuantity,
    limitPrice: loadPrice,
    stopPrice: "",
    trailing: { case: undefined },
    displayQuantity: "",
    hidden: false,
    minimumQuantity: "",
    postOnly: false,
    reduceOnly: false,
    selfTradePrevention: SelfTradePrevention.ALLOW,
    groupId: "",
  };
}
