/** Decimals of the tests' own reckoning: exact, in whole numbers of 18 decimals. */
const SCALE = 18;
const ONE = 10n ** BigInt(SCALE);

export function sum(...values: readonly string[]): string {
  return textOf(values.reduce((total, value) => total + unitsOf(value), 0n));
}

export function difference(left: string, right: string): string {
  return textOf(unitsOf(left) - unitsOf(right));
}

export function product(left: string, right: string): string {
  return textOf((unitsOf(left) * unitsOf(right)) / ONE);
}

/** Cut off towards zero. */
export function quotient(left: string, right: string): string {
  return textOf((unitsOf(left) * ONE) / unitsOf(right));
}

export function isAbove(left: string, right: string): boolean {
  return unitsOf(left) > unitsOf(right);
}

/** Down to a multiple of a step. */
export function floorTo(value: string, step: string): string {
  const units = unitsOf(value);
  return textOf(units - (units % unitsOf(step)));
}

/** Up to a multiple of a step. */
export function ceilTo(value: string, step: string): string {
  const [units, every] = [unitsOf(value), unitsOf(step)];
  return textOf(units + ((every - (units % every)) % every));
}

function unitsOf(text: string): bigint {
  const isNegative = text.startsWith("-");
  const [whole = "", part = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole + part.slice(0, SCALE).padEnd(SCALE, "0"));
  return isNegative ? -units : units;
}

function textOf(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(SCALE + 1, "0");
  const part = digits.slice(-SCALE).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -SCALE)}${part === "" ? "" : `.${part}`}`;
}
