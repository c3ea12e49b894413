/** A decimal of at most 8 decimals in units of 1e-8; empty is 0. The model's own: it shares nothing with what it checks. */
export function e8(text: string): bigint {
  const negative = text.startsWith("-");
  const [whole = "", fraction = ""] = (negative ? text.slice(1) : text).split(".");
  if (fraction.length > 8) throw new Error(`${text} has more than 8 decimals`);
  const units = BigInt(`${whole || "0"}${fraction.padEnd(8, "0")}`);
  return negative ? -units : units;
}

/** Price times quantity, both in 1e-8, in 1e-8: exact by the definition of an instrument. */
export function timesE8(price: bigint, quantity: bigint): bigint {
  const product = price * quantity;
  if (product % 100_000_000n !== 0n) throw new Error(`${price} x ${quantity} is no multiple of the smallest unit`);
  return product / 100_000_000n;
}

/** Rounded up, for positive divisors. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend > 0n && dividend % divisor !== 0n ? quotient + 1n : quotient;
}
