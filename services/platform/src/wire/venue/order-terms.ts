import type { BookOrderType, BookTimeInForce, SelfTradePrevention, Side } from "@atlas/domain/instrument/terms";
import {
  OrderType,
  SelfTradePrevention as WireSelfTrade,
  Side as WireSide,
  TimeInForce as WireTimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";

/** A side of the contract as the core has it. Throws on anything else: it has passed validation. */
export function sideOf(side: WireSide): Side {
  if (side === WireSide.BUY) return "BUY";
  if (side === WireSide.SELL) return "SELL";
  throw new RangeError(`side ${side}`);
}

export function wireSide(side: Side): WireSide {
  return side === "BUY" ? WireSide.BUY : WireSide.SELL;
}

/** What a book understands of a type: LIMIT or MARKET. Throws on anything else. */
export function bookTypeOf(type: OrderType): BookOrderType {
  if (type === OrderType.LIMIT) return "LIMIT";
  if (type === OrderType.MARKET) return "MARKET";
  throw new RangeError(`order type ${type}`);
}

/** What a book understands of a time in force; unspecified: GTC for LIMIT, IOC for MARKET. Throws on anything else. */
export function bookTimeInForceOf(timeInForce: WireTimeInForce, type: BookOrderType): BookTimeInForce {
  switch (timeInForce) {
    case WireTimeInForce.UNSPECIFIED:
      return type === "LIMIT" ? "GTC" : "IOC";
    case WireTimeInForce.GTC:
      return "GTC";
    case WireTimeInForce.DAY:
      return "DAY";
    case WireTimeInForce.IOC:
      return "IOC";
    case WireTimeInForce.FOK:
      return "FOK";
    default:
      throw new RangeError(`time in force ${timeInForce}`);
  }
}

/** Unspecified is CANCEL_NEWEST. Throws on a number that the contract lacks. */
export function selfTradePreventionOf(mode: WireSelfTrade): SelfTradePrevention {
  switch (mode) {
    case WireSelfTrade.UNSPECIFIED:
    case WireSelfTrade.CANCEL_NEWEST:
      return "CANCEL_NEWEST";
    case WireSelfTrade.CANCEL_OLDEST:
      return "CANCEL_OLDEST";
    case WireSelfTrade.CANCEL_BOTH:
      return "CANCEL_BOTH";
    case WireSelfTrade.DECREMENT:
      return "DECREMENT";
    case WireSelfTrade.ALLOW:
      return "ALLOW";
    default:
      throw new RangeError(`self-trade prevention ${mode}`);
  }
}
