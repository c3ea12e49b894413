/** A decimal in units of 1e-8, by its digits; empty is 0. */
export function e8(text: string): bigint {
  if (text === "") return 0n;
  const parts = /^(-?)(\d+)(?:\.(\d{1,8})0*)?$/.exec(text);
  if (parts === null) throw new RangeError(`${text} is no amount`);
  const [, sign = "", whole = "", fraction = ""] = parts;
  const units = BigInt(`${whole}${fraction.padEnd(8, "0")}`);
  return sign === "-" ? -units : units;
}

/** Of a product of two such numbers. */
export const E8 = 100_000_000n;
