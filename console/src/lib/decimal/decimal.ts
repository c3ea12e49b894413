/** Decimals as the contract writes them: text, exact. Inside they are whole numbers of 18 decimals, never floats. */
const SCALE = 18;
const ONE = 10n ** BigInt(SCALE);
const PLAIN = /^-?\d+(\.\d+)?$/;

/** Above zero, below zero, or zero. */
export type Order = -1 | 0 | 1;

export function isDecimal(text: string): boolean {
  return PLAIN.test(text) && (text.split(".")[1]?.length ?? 0) <= SCALE;
}

export function compare(left: string, right: string): Order {
  const difference = unitsOf(left) - unitsOf(right);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

export function isZero(value: string): boolean {
  return unitsOf(value) === 0n;
}

export function signOf(value: string): Order {
  return compare(value, "0");
}

export function add(left: string, right: string): string {
  return print(unitsOf(left) + unitsOf(right));
}

export function subtract(left: string, right: string): string {
  return print(unitsOf(left) - unitsOf(right));
}

/** Digits beyond the 18th decimal are cut off. */
export function multiply(left: string, right: string): string {
  return print((unitsOf(left) * unitsOf(right)) / ONE);
}

/** Cut off towards zero behind `decimals`; dividing by zero throws. */
export function divide(left: string, right: string, decimals: number = SCALE): string {
  const quotient = (unitsOf(left) * ONE) / unitsOf(right);
  const cut = 10n ** BigInt(SCALE - decimals);
  return print((quotient / cut) * cut);
}

/** The middle of two decimals, exact. */
export function middle(left: string, right: string): string {
  return print((unitsOf(left) + unitsOf(right)) / 2n);
}

export type Rounding = "down" | "up" | "nearest";

/** The nearest multiple of `step` in a direction along the number line; a half goes up. `step` is above zero. */
export function roundTo(value: string, step: string, rounding: Rounding): string {
  const units = unitsOf(value);
  const stepUnits = unitsOf(step);
  const remainder = ((units % stepUnits) + stepUnits) % stepUnits;
  const below = units - remainder;
  if (remainder === 0n) return print(units);
  const goesUp = rounding === "up" || (rounding === "nearest" && 2n * remainder >= stepUnits);
  return print(goesUp ? below + stepUnits : below);
}

export function isMultipleOf(value: string, step: string): boolean {
  return unitsOf(value) % unitsOf(step) === 0n;
}

/** `count` steps up from a value, or down; what stood between two multiples goes to the next one first. Never below zero. */
export function stepBy(value: string, step: string, count: number): string {
  const aligned = roundTo(value, step, count > 0 ? "down" : "up");
  const moved = unitsOf(aligned) + unitsOf(step) * BigInt(count);
  return print(moved < 0n ? 0n : moved);
}

/** Decimals that a step needs: 2 for `0.01`, 0 for `5`. */
export function decimalsOf(step: string): number {
  return print(unitsOf(step)).split(".")[1]?.length ?? 0;
}

/** `left` of `right`, for lengths on the screen only; 0 when `right` is zero. */
export function shareOf(left: string, right: string): number {
  const whole = unitsOf(right);
  return whole === 0n ? 0 : Number((unitsOf(left) * 1_000_000n) / whole) / 1_000_000;
}

/**
 * With thousands separated and at least so many decimals; more stay where the value has more, unless `most` cuts them off.
 * Digits are never rounded up: a balance is not shown larger than it is.
 */
export function format(value: string, least = 0, most: number = SCALE): string {
  const [whole = "0", fraction = ""] = print(unitsOf(value)).split(".");
  const digits = fraction.slice(0, Math.max(least, most)).replace(/0+$/, "").padEnd(least, "0");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return digits === "" ? grouped : `${grouped}.${digits}`;
}

/** Words with every plain number of four digits or more written as `format` does. */
export function formatWithin(words: string): string {
  return words.replaceAll(/(?<![\w.,-])-?\d{4,}(?:\.\d+)?(?![\w-])/g, (number) => format(number));
}

const SUFFIXES: Readonly<Record<string, string>> = { k: "1000", m: "1000000" };

/** A comma separates thousands and nothing else: who types `0,5` means a half, not five. */
const TYPED = /^(\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d*))?([km])?$/i;

/** What a person typed, as a canonical decimal: `2k`, `1.5m`, `60,000`, `.5`; `undefined` if it is none. */
export function parseTyped(text: string): string | undefined {
  const match = TYPED.exec(text.replaceAll(/[\s_]/g, ""));
  if (match === null) return undefined;
  const [, grouped = "", fraction = "", suffix = ""] = match;
  const whole = grouped.replaceAll(",", "");
  if (whole + fraction === "" || whole.length > SCALE || fraction.length > SCALE) return undefined;
  const plain = print(unitsOf(`${whole === "" ? "0" : whole}${fraction === "" ? "" : `.${fraction}`}`));
  return suffix === "" ? plain : multiply(plain, SUFFIXES[suffix.toLowerCase()] ?? "1");
}

/** What to say of a text that `parseTyped` finds no number in. */
export function typedProblem(text: string): string {
  return text.includes(",") ? "Not a number: decimals take a point." : "Not a number.";
}

/** In whole numbers of 10^-18: to compare one decimal with many. */
export function unitsOf(text: string): bigint {
  const isNegative = text.startsWith("-");
  const [whole = "", fraction = ""] = (isNegative ? text.slice(1) : text).split(".");
  const units = BigInt(whole) * ONE + BigInt(fraction.slice(0, SCALE).padEnd(SCALE, "0"));
  return isNegative ? -units : units;
}

function print(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, "0");
  const whole = digits.slice(0, -SCALE);
  const fraction = digits.slice(-SCALE).replace(/0+$/, "");
  const sign = units < 0n ? "-" : "";
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
