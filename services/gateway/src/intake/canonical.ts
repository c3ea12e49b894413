import type { Limits } from "@atlas/gen/atlas/account/v1/account_pb";
import type { Amount } from "@atlas/gen/atlas/money/v1/amount_pb";
import type { ReplaceOrder } from "@atlas/gen/atlas/order/v1/order_command_pb";
import { type NewOrder, OrderType, SelfTradePrevention, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";

const ZERO = 48;

/** The one text of a decimal's value: no trailing zeros, zero is `0`. A valid decimal, or empty, goes in. */
export function canonicalDecimal(text: string): string {
  if (!text.includes(".")) return text === "-0" ? "0" : text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO) end--;
  if (text[end - 1] === ".") end--;
  const kept = end === text.length ? text : text.slice(0, end);
  return kept === "-0" ? "0" : kept;
}

/** What the order stands for: decimals by value, and what is left out as what it means (DOMAIN: defaults). */
export function canonicalTerms(order: NewOrder): NewOrder {
  return {
    ...order,
    timeInForce: effectiveTimeInForce(order),
    selfTradePrevention: order.selfTradePrevention || SelfTradePrevention.CANCEL_NEWEST,
    quantity: canonicalDecimal(order.quantity),
    limitPrice: canonicalDecimal(order.limitPrice),
    stopPrice: canonicalDecimal(order.stopPrice),
    displayQuantity: canonicalDecimal(order.displayQuantity),
    minimumQuantity: canonicalDecimal(order.minimumQuantity),
    trailing: canonicalTrailing(order.trailing),
    peg: order.peg && {
      ...order.peg,
      offset: canonicalDecimal(order.peg.offset),
      limitPrice: canonicalDecimal(order.peg.limitPrice),
    },
  };
}

export function canonicalReplace(replace: ReplaceOrder): ReplaceOrder {
  return {
    ...replace,
    quantity: canonicalDecimal(replace.quantity),
    limitPrice: canonicalDecimal(replace.limitPrice),
    stopPrice: canonicalDecimal(replace.stopPrice),
  };
}

export function canonicalAmount(amount: Amount): Amount {
  return { ...amount, amount: canonicalDecimal(amount.amount) };
}

/** Quantity limits by instrument, as they are kept. */
export function canonicalLimits(limits: Limits): Limits {
  return {
    ...limits,
    maximumNotional: canonicalDecimal(limits.maximumNotional),
    quantityLimits: limits.quantityLimits
      .map((limit) => ({ ...limit, maximumQuantity: canonicalDecimal(limit.maximumQuantity) }))
      .sort((left, right) => (left.instrumentId < right.instrumentId ? -1 : 1)),
  };
}

function effectiveTimeInForce(order: NewOrder): TimeInForce {
  if (order.timeInForce !== TimeInForce.UNSPECIFIED) return order.timeInForce;
  if (order.type === OrderType.LIMIT) return TimeInForce.GTC;
  return order.type === OrderType.MARKET ? TimeInForce.IOC : TimeInForce.UNSPECIFIED;
}

function canonicalTrailing(trailing: NewOrder["trailing"]): NewOrder["trailing"] {
  if (trailing.case !== "trailingOffsetPrice") return trailing;
  return { case: trailing.case, value: canonicalDecimal(trailing.value) };
}
