import { SCALE_E8 } from "../money/decimal.ts";

/** `valueE16 / 1e8` rounded up: what is owed of an exact sum of rate x notional. */
export function roundUpE16(valueE16: bigint): bigint {
  return valueE16 > 0n ? (valueE16 + SCALE_E8 - 1n) / SCALE_E8 : valueE16 / SCALE_E8;
}

/**
 * What a fill is charged, in smallest units of the quote, signed: the exact sum of rate x notional of the order's fills so
 * far (`accruedE16`, this one included), rounded up, less what was charged. So any number of fills costs at most what one
 * would.
 */
export function feeOfFill(accruedE16: bigint, chargedMinor: bigint): bigint {
  return roundUpE16(accruedE16) - chargedMinor;
}

/** The most that fees can still come to when `leavesNotionalMinor` trades at the worst rate. Never below zero. */
export function feeReserveMinor(
  accruedE16: bigint,
  chargedMinor: bigint,
  worstRateE8: bigint,
  leavesNotionalMinor: bigint,
): bigint {
  return roundUpE16(accruedE16 + worstRateE8 * leavesNotionalMinor) - chargedMinor;
}
