/** Every asset is kept to this many decimals. */
export const ASSET_DECIMALS = 8;

/** Smallest units of an asset in a whole one. */
export const SCALE_E8 = 100_000_000n;

/** At most this many digits before the point, and as many behind it. */
const MAX_DIGITS = 18;

/** So many decimal digits always fit a safe integer. */
const SAFE_DIGITS = 15;

/** So many decimal digits always fit 31 bits, whose arithmetic is fastest. */
const SMALL_DIGITS = 8;
const SMALL_SCALE = 100_000_000;

const POWERS = Array.from({ length: MAX_DIGITS + 1 }, (_, exponent) => Number(`1e${exponent}`));

export type DecimalRefusal =
  /** Not `-?digits[.digits]` in ASCII without leading zeros. */
  | "NOT_A_DECIMAL"
  /** More than 18 digits before or behind the point. */
  | "TOO_MANY_DIGITS"
  /** Not a whole number of units: a digit other than 0 behind the last decimal that counts. */
  | "TOO_MANY_DECIMALS";

/**
 * The decimal `text` in units of 10^-`decimals` (0 to 18), exact: a number if it is a safe integer, else a bigint.
 * A string is the refusal. Without allocation for up to 15 digits.
 */
export function parseScaled(text: string, decimals: number): number | bigint | DecimalRefusal {
  const length = text.length;
  const start = length > 0 && text.charCodeAt(0) === MINUS ? 1 : 0;
  let index = start;
  let units = 0;
  for (; index < length; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) break;
    units = units * 10 + digit;
  }
  const integerDigits = index - start;
  if (integerDigits === 0 || (integerDigits > 1 && text.charCodeAt(start) === ZERO)) return "NOT_A_DECIMAL";
  const point = index;
  let kept = 0;
  let dropped = false;
  if (index < length) {
    if (text.charCodeAt(index) !== POINT || index + 1 === length) return "NOT_A_DECIMAL";
    for (index++; index < length; index++) {
      const digit = text.charCodeAt(index) - ZERO;
      if (digit < 0 || digit > 9) return "NOT_A_DECIMAL";
      if (kept < decimals) {
        units = units * 10 + digit;
        kept++;
      } else if (digit !== 0) dropped = true;
    }
  }
  if (integerDigits > MAX_DIGITS || length - point - 1 > MAX_DIGITS) return "TOO_MANY_DIGITS";
  if (dropped) return "TOO_MANY_DECIMALS";
  if (integerDigits + decimals > SAFE_DIGITS) return parseLong(text, start, point, decimals);
  units *= POWERS[decimals - kept] as number;
  return start === 1 && units !== 0 ? -units : units;
}

/** True if `value` is what `parseScaled` refuses with. */
export function isDecimalRefusal(value: number | bigint | DecimalRefusal): value is DecimalRefusal {
  return typeof value === "string";
}

/** The canonical decimal of `units` of 10^-`decimals`: no trailing zeros, zero is `"0"`. Numbers are safe integers. */
export function printScaled(units: number | bigint, decimals: number): string {
  if (typeof units === "bigint") {
    if (units > MAX_SAFE || units < -MAX_SAFE) return printLong(units, decimals);
    return printScaled(Number(units), decimals);
  }
  if (units < 0) return `-${printScaled(-units, decimals)}`;
  if (units === 0) return "0";
  const scale = POWERS[decimals] as number;
  // Not `%`: of numbers beyond 2^31 it costs more than all the rest. The quotient may have been rounded up.
  let integer = Math.floor(units / scale);
  let fraction = units - integer * scale;
  if (fraction < 0) {
    integer -= 1;
    fraction += scale;
  }
  return fraction === 0 ? String(integer) : `${integer}.${printFraction(fraction, decimals)}`;
}

/** `fraction` is above 0 and below 10^`width`: so many digits without the zeros at their end. */
function printFraction(fraction: number, width: number): string {
  if (width > SMALL_DIGITS) {
    const low = fraction % SMALL_SCALE;
    const high = (fraction - low) / SMALL_SCALE;
    const highWidth = width - SMALL_DIGITS;
    if (low === 0) return printFraction(high, highWidth);
    return String(high).padStart(highWidth, "0") + printFraction(low, SMALL_DIGITS);
  }
  let digits = fraction | 0;
  let kept = width;
  while (digits % 10 === 0) {
    digits = (digits / 10) | 0;
    kept--;
  }
  const power = POWERS[kept] as number;
  return digits * 10 >= power ? String(digits) : String(digits + power).slice(1);
}

/** Whether two decimals have the same value: `1.0` is `1`. A text that is no decimal equals nothing but itself. */
export function sameDecimal(left: string, right: string): boolean {
  if (left === right) return true;
  const a = parseScaled(left, MAX_DIGITS);
  return !isDecimalRefusal(a) && a === parseScaled(right, MAX_DIGITS);
}

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** `text` is a valid decimal with nothing but zeros behind its first `decimals` decimals. */
function parseLong(text: string, start: number, point: number, decimals: number): number | bigint {
  const fraction = text.slice(point + 1, point + 1 + decimals).padEnd(decimals, "0");
  const magnitude = BigInt(text.slice(start, point) + fraction);
  if (magnitude > MAX_SAFE) return start === 1 ? -magnitude : magnitude;
  const units = Number(magnitude);
  return start === 1 && units !== 0 ? -units : units;
}

function printLong(units: bigint, decimals: number): string {
  if (units < 0n) return `-${printLong(-units, decimals)}`;
  const digits = units.toString().padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end--;
  return end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
}
