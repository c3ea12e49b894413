import { SCALE_E8 } from "./decimal.ts";

/**
 * What a whole base cost on average, in 1e-8 of the quote: notional over quantity, rounded half to even. `quantityMinor` is
 * positive; both are in smallest units of their assets.
 */
export function averagePriceMinor(notionalMinor: bigint, quantityMinor: bigint): bigint {
  const scaled = notionalMinor * SCALE_E8;
  const quotient = scaled / quantityMinor;
  const twice = 2n * (scaled - quotient * quantityMinor);
  if (twice < quantityMinor || (twice === quantityMinor && quotient % 2n === 0n)) return quotient;
  return quotient + 1n;
}
