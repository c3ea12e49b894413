/** Writes fields of Kafka's protocol one behind another (https://kafka.apache.org/protocol#protocol_types). */
export class FieldWriter {
  #bytes: Buffer;
  #at = 0;

  /** @param room bytes that will do; it grows when they do not. */
  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafe(room);
  }

  /** What has been written, as a view. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  int8(value: number): void {
    const at = this.#take(1);
    this.#bytes.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.#take(2);
    this.#bytes.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#take(4);
    this.#bytes.writeInt32BE(value, at);
  }

  /** Throws a `RangeError` unless it is an integer of 53 bits at most. */
  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer of 64 bits`);
    const at = this.#take(8);
    this.#bytes.writeInt32BE(Math.floor(value / 2 ** 32), at);
    this.#bytes.writeUInt32BE(value >>> 0, at + 4);
  }

  /** `null`: none. */
  string(value: string | null): void {
    if (value === null) return this.int16(-1);
    const length = Buffer.byteLength(value);
    this.int16(length);
    this.#text(value, length);
  }

  array<Each>(values: readonly Each[], write: (value: Each) => void): void {
    this.int32(values.length);
    for (const value of values) write(value);
  }

  /** What `write` writes, behind its length. */
  sized(write: () => void): void {
    const at = this.#take(4);
    write();
    this.#bytes.writeInt32BE(this.#at - at - 4, at);
  }

  /** What `write` writes, behind its checksum. */
  checked(checksum: (bytes: Buffer) => number, write: () => void): void {
    const at = this.#take(4);
    write();
    this.#bytes.writeUInt32BE(checksum(this.#bytes.subarray(at + 4, this.#at)), at);
  }

  /** Of 32 bits: zigzag, seven bits a byte, the lowest first. */
  varint(value: number): void {
    let rest = zigzag(value);
    for (; rest > 0x7f; rest >>>= 7) this.int8((rest & 0x7f) - 0x80);
    this.int8(rest);
  }

  /** `null`: none. */
  varBytes(value: Uint8Array | null): void {
    if (value === null) return this.varint(-1);
    this.varint(value.length);
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  varString(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#text(value, length);
  }

  #text(value: string, length: number): void {
    const at = this.#take(length);
    this.#bytes.write(value, at, length);
  }

  /** Where so many bytes may be written: to what `#bytes` is then, and not before. */
  #take(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(2 * this.#at);
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    return at;
  }
}

/** Bytes of a `varint`. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest >>>= 7) size += 1;
  return size;
}

/** Bytes of a `varString` or of `varBytes`, by the length of what stands in it. */
export function varSizedSize(length: number): number {
  return varintSize(length) + length;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
