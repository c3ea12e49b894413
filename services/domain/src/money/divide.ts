/** `dividend / divisor` rounded towards minus infinity. `divisor` is positive. */
export function divideFloor(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient;
}

/** `dividend / divisor` rounded towards plus infinity: what is owed, fees. `divisor` is positive. */
export function divideCeiling(dividend: bigint, divisor: bigint): bigint {
  return -divideFloor(-dividend, divisor);
}

/** `dividend / divisor` rounded to the nearest, halves away from zero: averages for display. `divisor` is positive. */
export function divideNearest(dividend: bigint, divisor: bigint): bigint {
  if (dividend < 0n) return -divideNearest(-dividend, divisor);
  return (dividend * 2n + divisor) / (divisor * 2n);
}

/** Integer division of safe integers rounded towards minus infinity. `divisor` is positive. */
export function floorDivide(dividend: number, divisor: number): number {
  const remainder = dividend % divisor;
  const quotient = (dividend - remainder) / divisor;
  return remainder < 0 ? quotient - 1 : quotient;
}

/** Integer division of safe integers rounded towards plus infinity. `divisor` is positive. */
export function ceilingDivide(dividend: number, divisor: number): number {
  const remainder = dividend % divisor;
  const quotient = (dividend - remainder) / divisor;
  return remainder > 0 ? quotient + 1 : quotient;
}
