/** The version's place and digit in `xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx`. */
const UUID_LENGTH = 36;
const VERSION_AT = 14;
const VERSION = 55;
const VARIANT_AT = 19;

/** The time that a UUID v7 carries, in milliseconds since the epoch; `undefined`: the id is none. */
export function uuidTime(requestId: string): number | undefined {
  if (requestId.length !== UUID_LENGTH || requestId.charCodeAt(VERSION_AT) !== VERSION) return undefined;
  let time = 0;
  for (let index = 0; index < UUID_LENGTH; index++) {
    const isDash = index === 8 || index === 13 || index === 18 || index === 23;
    if (isDash) {
      if (requestId.charCodeAt(index) !== 45) return undefined;
      continue;
    }
    const digit = hexadecimalDigit(requestId.charCodeAt(index));
    if (digit < 0 || (index === VARIANT_AT && digit >> 2 !== 2)) return undefined;
    if (index < 13) time = time * 16 + digit;
  }
  return time;
}

function hexadecimalDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}
