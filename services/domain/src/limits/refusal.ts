import type { StepRefusal } from "../instrument/step.ts";
import type { Side } from "../instrument/terms.ts";
import type { OrderStatus } from "../order/order-status.ts";

/**
 * Why the platform refuses a command: a closed union with the numbers that explain it. Amounts are in smallest units (1e-8) of
 * their asset; `field` is a path in the command.
 */
export type OmsRefusal =
  // The request id and who asks.
  | { readonly reason: "REQUEST_ID_REUSED" }
  | { readonly reason: "REQUEST_ID_AHEAD"; readonly aheadMilliseconds: number }
  /** The gateway must look the id up and come again (S18). */
  | { readonly reason: "LOOK_UP_FIRST"; readonly forgottenUntil: number }
  | { readonly reason: "COMMAND_EXPIRED"; readonly validUntil: number; readonly appendTime: number }
  | { readonly reason: "PRINCIPAL_REVOKED" }
  | { readonly reason: "UNKNOWN_ACCOUNT"; readonly accountId: string }
  | { readonly reason: "ACCOUNT_DIFFERS"; readonly accountId: string }
  /** `field`: where it is named, if not in an order. */
  | { readonly reason: "UNKNOWN_INSTRUMENT"; readonly instrumentId: string; readonly field?: string }
  /** No instrument of the shard has it as base or quote. */
  | { readonly reason: "UNKNOWN_ASSET"; readonly asset: string; readonly field: string }
  // Malformed terms.
  | { readonly reason: "MISSING_FIELD"; readonly field: string }
  | { readonly reason: "FIELD_NOT_USED"; readonly field: string; readonly because: string }
  | { readonly reason: "NOT_ENUMERATED"; readonly field: string }
  | { readonly reason: "OFF_TICK"; readonly field: string; readonly price: string; readonly tick: string }
  | { readonly reason: "OFF_LOT"; readonly field: string; readonly quantity: string; readonly lot: string }
  | { readonly reason: "BAD_NUMBER"; readonly field: string; readonly why: StepRefusal["reason"] | "OUT_OF_RANGE" }
  | { readonly reason: "IMPOSSIBLE_COMBINATION"; readonly field: string; readonly because: string }
  | {
      readonly reason: "NOTIONAL_OUT_OF_BOUNDS";
      readonly notionalMinor: bigint;
      readonly minimumMinor: bigint;
      readonly maximumMinor: bigint;
    }
  // The market.
  | { readonly reason: "UNSUPPORTED"; readonly field: string; readonly what: string }
  | { readonly reason: "VENUE_AWAY"; readonly ageMilliseconds: number | undefined }
  | { readonly reason: "NO_QUOTE"; readonly side: Side }
  /** Nobody stands on the other side of a MARKET order. */
  | { readonly reason: "NO_LIQUIDITY"; readonly side: Side }
  // Limits and funds.
  | { readonly reason: "RATE_LIMIT"; readonly retryAfterMicroseconds: number; readonly ordersPerSecond: number }
  | { readonly reason: "QUANTITY_LIMIT"; readonly quantityMinor: bigint; readonly limitMinor: bigint }
  | { readonly reason: "NOTIONAL_LIMIT"; readonly notionalMinor: bigint; readonly limitMinor: bigint }
  | { readonly reason: "OPEN_ORDERS_LIMIT"; readonly open: number; readonly limit: number }
  | {
      readonly reason: "INSUFFICIENT_FUNDS";
      /** Of the command: what less of would do. */
      readonly field: string;
      readonly asset: string;
      readonly requiredMinor: bigint;
      readonly availableMinor: bigint;
    }
  | { readonly reason: "AMOUNT_OUT_OF_RANGE"; readonly asset: string }
  // Orders that exist.
  /** Not among the open ones: ended, or never there. Who reads knows which (S17). */
  | { readonly reason: "NOT_OPEN"; readonly orderId: string }
  | { readonly reason: "STALE_VERSION"; readonly version: number }
  | { readonly reason: "REPLACE_PENDING"; readonly status: OrderStatus }
  | { readonly reason: "CANCEL_PENDING"; readonly status: OrderStatus }
  | { readonly reason: "NOTHING_TO_CHANGE" }
  // The platform's own defects.
  /** A check threw (I17). */
  | { readonly reason: "CHECK_FAILED" };

/** What a refusal leaves behind (CONTRACT.md 4). */
export type Kept =
  /** No order, no used id. */
  | "NOTHING"
  /** The order, REJECTED; the id is used. */
  | "ORDER";

const KEPT: ReadonlySet<OmsRefusal["reason"]> = new Set<OmsRefusal["reason"]>([
  "UNSUPPORTED",
  "NO_LIQUIDITY",
  "QUANTITY_LIMIT",
  "NOTIONAL_LIMIT",
  "OPEN_ORDERS_LIMIT",
  "INSUFFICIENT_FUNDS",
]);

/** What the refusal of a submit leaves behind; of all else nothing is ever kept. */
export function keptOf(refusal: OmsRefusal): Kept {
  return KEPT.has(refusal.reason) ? "ORDER" : "NOTHING";
}
