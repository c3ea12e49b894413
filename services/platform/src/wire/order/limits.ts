import type { AccountLimits } from "@atlas/domain/account/account-limits";
import { parseAmount, printAmount } from "@atlas/domain/money/amount";
import type { Limits } from "@atlas/gen/atlas/account/v1/account_pb";

const MOST_A_SECOND = 1_000_000;

/** Limits as the contract has them, as the core does; a string is the first field that makes no sense. */
export function limitsOf(wire: Limits | undefined): AccountLimits | string {
  if (wire === undefined) return "limits";
  const maximumNotionalMinor = parseAmount(wire.maximumNotional);
  if (typeof maximumNotionalMinor !== "bigint" || maximumNotionalMinor < 0n) return "limits.maximum_notional";
  if (wire.maximumOpenOrders < 0 || wire.maximumOpenOrders > MOST_A_SECOND) return "limits.maximum_open_orders";
  if (wire.ordersPerSecond < 1 || wire.ordersPerSecond > MOST_A_SECOND) return "limits.orders_per_second";
  if (wire.orderBurst < 1 || wire.orderBurst > MOST_A_SECOND) return "limits.order_burst";
  const quantityLimits: { instrumentId: string; maximumMinor: bigint }[] = [];
  for (const { instrumentId, maximumQuantity } of wire.quantityLimits) {
    const maximumMinor = parseAmount(maximumQuantity);
    const isRepeated = quantityLimits.some((limit) => limit.instrumentId === instrumentId);
    if (typeof maximumMinor !== "bigint" || maximumMinor < 0n || isRepeated) return "limits.quantity_limits";
    quantityLimits.push({ instrumentId, maximumMinor });
  }
  quantityLimits.sort((left, right) => (left.instrumentId < right.instrumentId ? -1 : 1));
  const { maximumOpenOrders, ordersPerSecond, orderBurst } = wire;
  return { maximumNotionalMinor, maximumOpenOrders, ordersPerSecond, orderBurst, quantityLimits };
}

export function wireLimits(limits: AccountLimits): Limits {
  return {
    $typeName: "atlas.account.v1.Limits",
    maximumNotional: printAmount(limits.maximumNotionalMinor),
    maximumOpenOrders: limits.maximumOpenOrders,
    ordersPerSecond: limits.ordersPerSecond,
    orderBurst: limits.orderBurst,
    quantityLimits: limits.quantityLimits.map(({ instrumentId, maximumMinor }) => ({
      $typeName: "atlas.account.v1.QuantityLimit",
      instrumentId,
      maximumQuantity: printAmount(maximumMinor),
    })),
  };
}
