import { SCALE_E8 } from "../money/decimal.ts";

/** The greatest quantity of an order in one instrument, in smallest units of its base. */
export interface QuantityLimit {
  readonly instrumentId: string;
  readonly maximumMinor: bigint;
}

/** What an account's orders may not exceed. */
export interface AccountLimits {
  /** Notional of an order, in smallest units of its quote. */
  readonly maximumNotionalMinor: bigint;
  readonly maximumOpenOrders: number;
  /** New orders and replaces a second, sustained. 1 to 1,000,000. */
  readonly ordersPerSecond: number;
  /** How many may come at once. 1 to 1,000,000. */
  readonly orderBurst: number;
  /** Where it differs from the instrument's default; by instrument. */
  readonly quantityLimits: readonly QuantityLimit[];
}

export const DEFAULT_LIMITS: AccountLimits = {
  maximumNotionalMinor: 1_000_000n * SCALE_E8,
  maximumOpenOrders: 10_000,
  ordersPerSecond: 1_000,
  orderBurst: 2_000,
  quantityLimits: [],
};

/** The account's own limit of quantity in an instrument; `undefined`: the instrument's default holds. */
export function quantityLimitMinor(limits: AccountLimits, instrumentId: string): bigint | undefined {
  for (const limit of limits.quantityLimits) if (limit.instrumentId === instrumentId) return limit.maximumMinor;
  return undefined;
}
