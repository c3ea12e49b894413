import type { SelfTradePrevention, Side } from "../instrument/terms.ts";

export type OrderType =
  | "LIMIT"
  | "MARKET"
  | "STOP"
  | "STOP_LIMIT"
  | "TRAILING_STOP"
  | "TRAILING_STOP_LIMIT"
  | "MARKET_IF_TOUCHED"
  | "LIMIT_IF_TOUCHED";

export type TimeInForce = "GTC" | "DAY" | "GTD" | "IOC" | "FOK" | "AT_OPEN" | "AT_CLOSE";

/**
 * The terms of an order to be, as they came: decimals are text until the instrument is known, for whether they fit its tick
 * and lot is part of the decision. Empty text: absent. An enumerated term of `undefined` has a value that nobody knows, or none
 * where one is needed.
 */
export interface NewOrder {
  readonly clientOrderId: string;
  readonly instrumentId: string;
  readonly side: Side | undefined;
  readonly type: OrderType | undefined;
  readonly timeInForce: TimeInForce | "UNSPECIFIED" | undefined;
  readonly quantity: string;
  readonly limitPrice: string;
  readonly stopPrice: string;
  readonly hasTrailing: boolean;
  readonly displayQuantity: string;
  readonly hidden: boolean;
  readonly minimumQuantity: string;
  readonly hasPeg: boolean;
  readonly hasExpireTime: boolean;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly selfTradePrevention: SelfTradePrevention | "UNSPECIFIED" | undefined;
  readonly groupId: string;
}
