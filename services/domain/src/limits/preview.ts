import type { Account } from "../account/account.ts";
import { notionalMinor } from "../instrument/instrument.ts";
import { parsePrice } from "../instrument/step.ts";
import { SCALE_E8 } from "../money/decimal.ts";
import type { Listing } from "../order/listing.ts";
import { type Assessment, assess, type Moment, refused } from "./assess.ts";
import { protectionPriceTicks } from "./collar.ts";
import { failedCheck } from "./failed-check.ts";
import type { NewOrder } from "./new-order.ts";
import type { Quote } from "./quote.ts";

/** What a careful person would look at again, with its numbers in smallest units of the quote, or in ticks. */
export type Warning =
  | { readonly kind: "BLOCK" }
  | { readonly kind: "LOW_BUFFER"; readonly leftMinor: bigint; readonly thresholdMinor: bigint }
  | { readonly kind: "HIGH_NOTIONAL"; readonly notionalMinor: bigint; readonly thresholdMinor: bigint }
  | { readonly kind: "FAT_FINGER"; readonly priceTicks: number; readonly bandTicks: number };

export interface BalanceAfter {
  readonly asset: string;
  readonly availableMinor: bigint;
  readonly reservedMinor: bigint;
}

/** What a submit would do now. */
export interface Preview {
  readonly assessment: Assessment;
  /** Base and quote once it is accepted; as they are if it would be refused. */
  readonly balancesAfter: readonly BalanceAfter[];
  readonly warnings: readonly Warning[];
}

/** A tenth of the starting funds of a million. */
const LOW_BUFFER_MINOR = 100_000n * SCALE_E8;
const HIGH_NOTIONAL_MINOR = 500_000n * SCALE_E8;

/** Looks at an order with the function that decides it. */
export function preview(
  order: NewOrder,
  account: Account,
  listing: Listing,
  quote: Quote | undefined,
  moment: Moment,
): Preview {
  const assessment = assessed(order, account, listing, quote, moment);
  const opposite = bestTicks(listing, (order.side === "BUY" ? quote?.ask : quote?.bid) ?? "");
  const takes = takesAt(assessment, opposite);
  const nearTicks = takes ? opposite : assessment.limitPriceTicks;
  const notional = notionalMinor(listing.instrument, nearTicks, assessment.quantityLots);
  return {
    assessment,
    balancesAfter: balancesAfter(assessment, account, listing),
    warnings: warningsOf(assessment, account, listing, notional, opposite),
  };
}

/** As a submit is: one whose checks throw is refused (I17). */
function assessed(...asked: Parameters<typeof assess>): Assessment {
  try {
    return assess(...asked);
  } catch (error) {
    return refused(asked[0], failedCheck(error), 0);
  }
}

function bestTicks(listing: Listing, text: string): number {
  const ticks = text === "" ? 0 : parsePrice(listing.instrument, text);
  return typeof ticks === "number" ? ticks : 0;
}

function takesAt(assessment: Assessment, opposite: number): boolean {
  if (opposite === 0) return false;
  if (assessment.type === "MARKET") return true;
  return assessment.side === "BUY" ? assessment.limitPriceTicks >= opposite : assessment.limitPriceTicks <= opposite;
}

function balancesAfter(assessment: Assessment, account: Account, listing: Listing): BalanceAfter[] {
  const { baseAsset, quoteAsset } = listing.instrument;
  return [baseAsset, quoteAsset].map((asset) => {
    const locked =
      assessment.refusal === undefined && asset === assessment.requiredAsset ? assessment.requiredMinor : 0n;
    return {
      asset,
      availableMinor: account.availableMinor(asset) - locked,
      reservedMinor: account.reservedMinor(asset) + locked,
    };
  });
}

function warningsOf(
  assessment: Assessment,
  account: Account,
  listing: Listing,
  estimatedNotional: bigint,
  opposite: number,
): Warning[] {
  const warnings: Warning[] = [];
  const { refusal, side, limitPriceTicks, requiredMinor } = assessment;
  if (refusal !== undefined) warnings.push({ kind: "BLOCK" });
  const available = account.availableMinor(listing.instrument.quoteAsset);
  const leftMinor = side === "BUY" ? available - requiredMinor : available + estimatedNotional;
  if (requiredMinor > 0n && leftMinor < LOW_BUFFER_MINOR) {
    warnings.push({ kind: "LOW_BUFFER", leftMinor, thresholdMinor: LOW_BUFFER_MINOR });
  }
  if (assessment.notionalMinor > HIGH_NOTIONAL_MINOR) {
    const thresholdMinor = HIGH_NOTIONAL_MINOR;
    warnings.push({ kind: "HIGH_NOTIONAL", notionalMinor: assessment.notionalMinor, thresholdMinor });
  }
  if (limitPriceTicks > 0 && opposite > 0) {
    const bandTicks = protectionPriceTicks(side, opposite, listing.collarE8);
    if (side === "BUY" ? limitPriceTicks > bandTicks : limitPriceTicks < bandTicks) {
      warnings.push({ kind: "FAT_FINGER", priceTicks: limitPriceTicks, bandTicks });
    }
  }
  return warnings;
}
