import type { Liquidity, SelfTradePrevention, Side } from "@atlas/domain/instrument/terms";
import type { Bucket, PostingReason } from "@atlas/domain/ledger/posting";
import type { OrderType, TimeInForce } from "@atlas/domain/limits/new-order";
import type { OrderStatus } from "@atlas/domain/order/order-status";
import { Bucket as WireBucket, PostingReason as WirePostingReason } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import {
  Liquidity as WireLiquidity,
  SelfTradePrevention as WireSelfTrade,
  Side as WireSide,
  OrderStatus as WireStatus,
  TimeInForce as WireTimeInForce,
  OrderType as WireType,
} from "@atlas/gen/atlas/order/v1/order_pb";

/** Names of the core and numbers of the contract, both ways. */
interface Terms<Name extends string, Wire extends number> {
  readonly toWire: Readonly<Record<Name, Wire>>;
  /** By number; `undefined`: unspecified, or a number that the core has no name for. */
  readonly fromWire: readonly (Name | undefined)[];
}

export const sides = termsOf<Side, WireSide>({ BUY: WireSide.BUY, SELL: WireSide.SELL });

export const orderTypes = termsOf<OrderType, WireType>({
  LIMIT: WireType.LIMIT,
  MARKET: WireType.MARKET,
  STOP: WireType.STOP,
  STOP_LIMIT: WireType.STOP_LIMIT,
  TRAILING_STOP: WireType.TRAILING_STOP,
  TRAILING_STOP_LIMIT: WireType.TRAILING_STOP_LIMIT,
  MARKET_IF_TOUCHED: WireType.MARKET_IF_TOUCHED,
  LIMIT_IF_TOUCHED: WireType.LIMIT_IF_TOUCHED,
});

export const timesInForce = termsOf<TimeInForce, WireTimeInForce>({
  GTC: WireTimeInForce.GTC,
  DAY: WireTimeInForce.DAY,
  GTD: WireTimeInForce.GTD,
  IOC: WireTimeInForce.IOC,
  FOK: WireTimeInForce.FOK,
  AT_OPEN: WireTimeInForce.AT_OPEN,
  AT_CLOSE: WireTimeInForce.AT_CLOSE,
});

export const selfTradeModes = termsOf<SelfTradePrevention, WireSelfTrade>({
  CANCEL_NEWEST: WireSelfTrade.CANCEL_NEWEST,
  CANCEL_OLDEST: WireSelfTrade.CANCEL_OLDEST,
  CANCEL_BOTH: WireSelfTrade.CANCEL_BOTH,
  DECREMENT: WireSelfTrade.DECREMENT,
  ALLOW: WireSelfTrade.ALLOW,
});

export const statuses = termsOf<OrderStatus, WireStatus>({
  PENDING_SUBMIT: WireStatus.PENDING_SUBMIT,
  UNTRIGGERED: WireStatus.UNTRIGGERED,
  LIVE: WireStatus.LIVE,
  PARTIALLY_FILLED: WireStatus.PARTIALLY_FILLED,
  FILLED: WireStatus.FILLED,
  PENDING_CANCEL: WireStatus.PENDING_CANCEL,
  CANCELED: WireStatus.CANCELED,
  PENDING_REPLACE: WireStatus.PENDING_REPLACE,
  REJECTED: WireStatus.REJECTED,
  EXPIRED: WireStatus.EXPIRED,
});

export const liquidities = termsOf<Liquidity, WireLiquidity>({
  MAKER: WireLiquidity.MAKER,
  TAKER: WireLiquidity.TAKER,
});

export const buckets = termsOf<Bucket, WireBucket>({
  AVAILABLE: WireBucket.AVAILABLE,
  RESERVED: WireBucket.RESERVED,
  CLEARING: WireBucket.CLEARING,
  FEES: WireBucket.FEES,
  EXTERNAL: WireBucket.EXTERNAL,
});

export const postingReasons = termsOf<PostingReason, WirePostingReason>({
  DEPOSIT: WirePostingReason.DEPOSIT,
  WITHDRAWAL: WirePostingReason.WITHDRAWAL,
  RESERVE: WirePostingReason.RESERVE,
  RELEASE: WirePostingReason.RELEASE,
  TRADE_PAID: WirePostingReason.TRADE_PAID,
  TRADE_RECEIVED: WirePostingReason.TRADE_RECEIVED,
  FEE: WirePostingReason.FEE,
  PRICE_IMPROVEMENT: WirePostingReason.PRICE_IMPROVEMENT,
  ALLOTMENT: WirePostingReason.ALLOTMENT,
});

/** A name that an event of ours must have. */
export function known<Name extends string>(name: Name | undefined, field: string): Name {
  if (name === undefined) throw new RangeError(`${field} has a value that this version does not know`);
  return name;
}

function termsOf<Name extends string, Wire extends number>(toWire: Record<Name, Wire>): Terms<Name, Wire> {
  const fromWire: (Name | undefined)[] = [];
  for (const name of Object.keys(toWire) as Name[]) fromWire[toWire[name]] = name;
  return { toWire, fromWire: Array.from(fromWire) };
}
