import type { NewOrder, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { canonicalTerms } from "./canonical.ts";

/** Terms that a replace may have changed since: looked at last. */
const CHANGEABLE = ["quantity", "limitPrice", "stopPrice"] as const;
const FIXED = [
  "instrumentId",
  "side",
  "type",
  "timeInForce",
  "clientOrderId",
  "displayQuantity",
  "hidden",
  "minimumQuantity",
  "postOnly",
  "reduceOnly",
  "selfTradePrevention",
  "groupId",
] as const;

/**
 * Path of the first field in which `terms` differ from the order that the request id made; `request_id` when none is found,
 * for instance because the order was replaced meanwhile.
 */
export function differingField(order: Order, terms: NewOrder): string {
  const asked = canonicalTerms(terms);
  for (const field of [...FIXED, ...CHANGEABLE]) {
    if (asked[field] !== order[field]) return `order.${snakeCase(field)}`;
  }
  if (asked.trailing.case !== order.trailing.case) {
    return `order.${snakeCase(asked.trailing.case ?? order.trailing.case ?? "")}`;
  }
  if (asked.trailing.value !== order.trailing.value) return `order.${snakeCase(asked.trailing.case ?? "")}`;
  if (asked.expireTime?.seconds !== order.expireTime?.seconds || asked.expireTime?.nanos !== order.expireTime?.nanos) {
    return "order.expire_time";
  }
  for (const field of ["reference", "offset", "limitPrice"] as const) {
    if (asked.peg?.[field] !== order.peg?.[field]) return `order.peg.${snakeCase(field)}`;
  }
  return "request_id";
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
