import type { NewOrder } from "./new-order.ts";
import type { OmsRefusal } from "./refusal.ts";

/** What the contract names and this version cannot do yet. */
export function unsupportedTerm(order: NewOrder): OmsRefusal | undefined {
  const { type, timeInForce } = order;
  if (type !== "LIMIT" && type !== "MARKET") return unsupported("type", `order type ${type}`);
  if (timeInForce === "GTD" || timeInForce === "AT_OPEN" || timeInForce === "AT_CLOSE") {
    return unsupported("time_in_force", `time in force ${timeInForce}`);
  }
  if (order.displayQuantity !== "") return unsupported("display_quantity", "a displayed quantity");
  if (order.hidden) return unsupported("hidden", "a hidden order");
  if (order.minimumQuantity !== "") return unsupported("minimum_quantity", "a minimum quantity");
  if (order.hasPeg) return unsupported("peg", "a pegged price");
  if (order.reduceOnly) return unsupported("reduce_only", "a reduce-only order");
  return order.groupId === "" ? undefined : unsupported("group_id", "a group of orders");
}

function unsupported(name: string, what: string): OmsRefusal {
  return { reason: "UNSUPPORTED", field: `order.${name}`, what };
}
