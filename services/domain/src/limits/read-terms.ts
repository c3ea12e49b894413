import type { Instrument } from "../instrument/instrument.ts";
import type { NewOrder, OrderType } from "./new-order.ts";
import { readPrice, readQuantity } from "./read-number.ts";
import type { OmsRefusal } from "./refusal.ts";

/** Which prices a type has. */
const PRICES: Record<OrderType, { readonly limit: boolean; readonly stop: boolean; readonly trailing: boolean }> = {
  LIMIT: { limit: true, stop: false, trailing: false },
  MARKET: { limit: false, stop: false, trailing: false },
  STOP: { limit: false, stop: true, trailing: false },
  STOP_LIMIT: { limit: true, stop: true, trailing: false },
  TRAILING_STOP: { limit: false, stop: false, trailing: true },
  TRAILING_STOP_LIMIT: { limit: true, stop: false, trailing: true },
  MARKET_IF_TOUCHED: { limit: false, stop: true, trailing: false },
  LIMIT_IF_TOUCHED: { limit: true, stop: true, trailing: false },
};

/** The numbers of an order's terms. */
export interface ReadTerms {
  readonly quantityLots: number;
  /** 0: the type has none. */
  readonly limitPriceTicks: number;
}

/** The first rungs of the ladder: whether the terms are an order at all, and its numbers. INVALID_ARGUMENT if not. */
export function readTerms(order: NewOrder, instrument: Instrument): ReadTerms | OmsRefusal {
  const unknown = unknownTerm(order);
  if (unknown !== undefined) return { reason: "NOT_ENUMERATED", field: `order.${unknown}` };
  const quantityLots = requireQuantity(order, instrument);
  if (typeof quantityLots !== "number") return quantityLots;
  const limitPriceTicks = limitPrice(order, instrument);
  if (typeof limitPriceTicks !== "number") return limitPriceTicks;
  const refusal = stopTerms(order, instrument) ?? quantityTerms(order, instrument) ?? combination(order);
  return refusal ?? { quantityLots, limitPriceTicks };
}

function unknownTerm(order: NewOrder): string | undefined {
  if (order.side === undefined) return "side";
  if (order.type === undefined) return "type";
  if (order.timeInForce === undefined) return "time_in_force";
  return order.selfTradePrevention === undefined ? "self_trade_prevention" : undefined;
}

function requireQuantity(order: NewOrder, instrument: Instrument): number | OmsRefusal {
  if (order.quantity === "") return { reason: "MISSING_FIELD", field: "order.quantity" };
  return readQuantity(instrument, order.quantity, "order.quantity");
}

function limitPrice(order: NewOrder, instrument: Instrument): number | OmsRefusal {
  const present = order.limitPrice !== "";
  const refusal = presence(order, present, PRICES[order.type as OrderType].limit, "limit_price");
  if (refusal !== undefined) return refusal;
  return present ? readPrice(instrument, order.limitPrice, "order.limit_price") : 0;
}

function stopTerms(order: NewOrder, instrument: Instrument): OmsRefusal | undefined {
  const prices = PRICES[order.type as OrderType];
  const present = order.stopPrice !== "";
  const refusal =
    presence(order, present, prices.stop, "stop_price") ??
    presence(order, order.hasTrailing, prices.trailing, "trailing_offset_price");
  if (refusal !== undefined || !present) return refusal;
  const ticks = readPrice(instrument, order.stopPrice, "order.stop_price");
  return typeof ticks === "number" ? undefined : ticks;
}

function quantityTerms(order: NewOrder, instrument: Instrument): OmsRefusal | undefined {
  if (order.displayQuantity !== "") {
    const shown = readQuantity(instrument, order.displayQuantity, "order.display_quantity");
    if (typeof shown !== "number") return shown;
  }
  if (order.minimumQuantity !== "") {
    const least = readQuantity(instrument, order.minimumQuantity, "order.minimum_quantity");
    if (typeof least !== "number") return least;
  }
  return undefined;
}

function combination(order: NewOrder): OmsRefusal | undefined {
  const { timeInForce, type } = order;
  if (type === "MARKET" && timeInForce !== "UNSPECIFIED" && timeInForce !== "IOC" && timeInForce !== "FOK") {
    return impossible("time_in_force", `a MARKET order is IOC or FOK, not ${timeInForce}`);
  }
  if (order.postOnly && type === "MARKET") return impossible("post_only", "a MARKET order takes liquidity");
  if (order.postOnly && (timeInForce === "IOC" || timeInForce === "FOK")) {
    return impossible("post_only", `an order that rests only cannot be ${timeInForce}`);
  }
  if (timeInForce === "GTD" && !order.hasExpireTime) return { reason: "MISSING_FIELD", field: "order.expire_time" };
  if (order.hasExpireTime && timeInForce !== "GTD") {
    return { reason: "FIELD_NOT_USED", field: "order.expire_time", because: "only GTD orders have one" };
  }
  return undefined;
}

function presence(order: NewOrder, present: boolean, needed: boolean, name: string): OmsRefusal | undefined {
  if (present === needed) return undefined;
  const field = `order.${name}`;
  if (needed) return { reason: "MISSING_FIELD", field };
  return { reason: "FIELD_NOT_USED", field, because: `${order.type} orders have none` };
}

function impossible(name: string, because: string): OmsRefusal {
  return { reason: "IMPOSSIBLE_COMBINATION", field: `order.${name}`, because };
}
