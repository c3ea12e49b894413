const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const UNITS = Array.from(ALPHABET, (character) => character.charCodeAt(0));

/** RFC 4648 section 5, without padding; of ids and keys: some thousand bytes at most. */
export function base64url(bytes: Uint8Array): string {
  const units: number[] = [];
  let bits = 0;
  let held = 0;
  for (let index = 0; index < bytes.length; index++) {
    held = (held << 8) | (bytes[index] as number);
    for (bits += 8; bits >= 6; bits -= 6) units.push(UNITS[(held >>> (bits - 6)) & 63] as number);
    held &= 0xff;
  }
  if (bits > 0) units.push(UNITS[(held << (6 - bits)) & 63] as number);
  // At once: a text put together of characters would be a chain of pieces until somebody reads it.
  return String.fromCharCode(...units);
}

/** The bytes that `base64url` made the text of; `undefined` when it is no such text. */
export function fromBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = held >>> bits;
  }
  return base64url(bytes) === text ? bytes : undefined;
}
