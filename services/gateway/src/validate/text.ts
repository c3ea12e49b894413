const ZERO = 48;
const NINE = 57;
const POINT = 46;
const SPACE = 32;
const TILDE = 126;
const MINUS = 45;
const MOST_DIGITS = 18;
const LONGEST_ID = 64;

/** `^[ -~]{0,64}$`: an id, a label, or nothing. */
export function isLabel(text: string): boolean {
  const { length } = text;
  if (length > LONGEST_ID) return false;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code < SPACE || code > TILDE) return false;
  }
  return true;
}

/** `^[ -~]{1,64}$` */
export function isId(text: string): boolean {
  return text.length > 0 && isLabel(text);
}

/** `^(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?$` from `start` on. */
export function isDecimal(text: string, start = 0): boolean {
  const { length } = text;
  let index = digitsEnd(text, start);
  const whole = index - start;
  if (whole === 0 || whole > MOST_DIGITS || (whole > 1 && text.charCodeAt(start) === ZERO)) return false;
  if (index === length) return true;
  if (text.charCodeAt(index) !== POINT) return false;
  const point = index;
  index = digitsEnd(text, point + 1);
  const decimals = index - point - 1;
  return index === length && decimals > 0 && decimals <= MOST_DIGITS;
}

/** The same, or nothing. */
export function isDecimalOrEmpty(text: string): boolean {
  return text === "" || isDecimal(text);
}

/** The same, with a sign if it has one. */
export function isSignedDecimalOrEmpty(text: string): boolean {
  return text === "" || isDecimal(text, text.charCodeAt(0) === MINUS ? 1 : 0);
}

function digitsEnd(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) break;
    index += 1;
  }
  return index;
}
