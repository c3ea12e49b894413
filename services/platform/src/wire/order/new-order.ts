import type { NewOrder } from "@atlas/domain/limits/new-order";
import type { Quote } from "@atlas/domain/limits/quote";
import type { Quote as WireQuote } from "@atlas/gen/atlas/market/v1/market_pb";
import {
  type NewOrder as WireNewOrder,
  SelfTradePrevention as WireSelfTrade,
  TimeInForce as WireTimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";
import { millisecondsOf } from "../time.ts";
import { orderTypes, selfTradeModes, sides, timesInForce } from "./oms-terms.ts";

/** The terms of an order to be, as the core looks at them. */
export function newOrderOf(wire: WireNewOrder): NewOrder {
  const { timeInForce, selfTradePrevention } = wire;
  return {
    clientOrderId: wire.clientOrderId,
    instrumentId: wire.instrumentId,
    side: sides.fromWire[wire.side],
    type: orderTypes.fromWire[wire.type],
    timeInForce: timeInForce === WireTimeInForce.UNSPECIFIED ? "UNSPECIFIED" : timesInForce.fromWire[timeInForce],
    quantity: wire.quantity,
    limitPrice: wire.limitPrice,
    stopPrice: wire.stopPrice,
    hasTrailing: wire.trailing.case !== undefined,
    displayQuantity: wire.displayQuantity,
    hidden: wire.hidden,
    minimumQuantity: wire.minimumQuantity,
    hasPeg: wire.peg !== undefined,
    hasExpireTime: wire.expireTime !== undefined,
    postOnly: wire.postOnly,
    reduceOnly: wire.reduceOnly,
    selfTradePrevention:
      selfTradePrevention === WireSelfTrade.UNSPECIFIED ? "UNSPECIFIED" : selfTradeModes.fromWire[selfTradePrevention],
    groupId: wire.groupId,
  };
}

/** A quote without a time says nothing. */
export function quoteOf(wire: WireQuote | undefined): Quote | undefined {
  const time = millisecondsOf(wire?.time);
  return wire === undefined || time === undefined ? undefined : { bid: wire.bid, ask: wire.ask, last: wire.last, time };
}
