/** Bytes of the longest key: two ids of 64 characters, each at most three bytes, and what parts them. */
const MAX_KEY_BYTES = 512;

/**
 * An account and a request id as bytes, in a buffer that is used again by the next: their characters, parted by a zero.
 * Different pairs have different bytes. No allocation for a lookup.
 */
export class RequestKey {
  readonly bytes = new Uint8Array(MAX_KEY_BYTES);
  length = 0;
  /** Not negative. */
  hash = 0;
  #accountId = "";
  #requestId = "";

  /** Deciding looks for the pair that applying then remembers: the same pair again costs nothing. */
  set(accountId: string, requestId: string): void {
    if (requestId === this.#requestId && accountId === this.#accountId && this.length > 0) return;
    this.#accountId = accountId;
    this.#requestId = requestId;
    this.length = 0;
    this.#append(accountId);
    this.bytes[this.length++] = 0;
    this.#append(requestId);
    this.hash = hashOf(this.bytes, 0, this.length);
  }

  #append(text: string): void {
    const { bytes } = this;
    let at = this.length;
    if (at + 3 * text.length + 1 > MAX_KEY_BYTES) throw new RangeError("an id is longer than the contract allows");
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x80) {
        bytes[at++] = code;
      } else {
        bytes[at++] = 0xff;
        bytes[at++] = code >> 8;
        bytes[at++] = code & 0xff;
      }
    }
    this.length = at;
  }
}

/** 31 bits of FNV-1a with a finish that spreads them. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) & 0x7fffffff;
}
