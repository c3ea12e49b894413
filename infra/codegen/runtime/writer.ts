import { utf8Length, writeText } from "./text.ts";

/** Messages are cut from buffers of this size; one that is larger gets a buffer of its own. */
const SLAB = 65_536;
/** A tag and a length, each at most five bytes, or a tag and a 64-bit varint of ten. */
const OVERHEAD = 15;
/** Above this length a call into the engine costs less than a loop over the characters. */
const SHORT_TEXT = 20;
const TWO_TO_32 = 4_294_967_296;
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

interface UnknownField {
  readonly no: number;
  readonly wireType: number;
  readonly data: Uint8Array;
}

/**
 * Writes Protobuf's binary format from the end of a buffer towards its start, so that the length of what is nested is
 * known when its prefix is written: nothing is measured first or moved afterwards. Callers write fields in falling
 * order of number, lists from the last element; every method writes a tag in front of its value. Messages that are
 * taken one after another share a buffer, for a buffer each would cost more than the encoding.
 */
export class Writer {
  private bytes = new Uint8Array(SLAB);
  /** What is written lies from `pos` to `end`; behind it is what was taken. */
  private pos = SLAB;
  private end = SLAB;
  private words: DataView | undefined;

  /** How many bytes are written since the last `take` or `drop`. */
  get length(): number {
    return this.end - this.pos;
  }

  /** What is written; it stays as it is. It may share its buffer with other messages: nobody may give that away. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(this.pos, this.end);
    this.end = this.pos;
    return taken;
  }

  /** What is written, until more is. */
  view(): Uint8Array {
    return this.bytes.subarray(this.pos, this.end);
  }

  /** Forgets what is written. */
  drop(): void {
    this.pos = this.end;
  }

  /** Makes room for a message of so many bytes at once. */
  expect(size: number): void {
    this.reserve(size + OVERHEAD);
  }

  /** Ends a nested message or packed list: what was written since `length` was `before` gets its length and tag. */
  close(tag: number, before: number): void {
    this.reserve(OVERHEAD);
    this.prefix(tag, this.length - before);
  }

  /** Ends a message of a stream, as Connect and gRPC envelope it: no flags, then the length in four bytes. */
  envelope(before: number): void {
    const length = this.length - before;
    this.reserve(OVERHEAD);
    const bytes = this.bytes;
    const pos = this.pos - 5;
    bytes[pos] = 0;
    bytes[pos + 1] = length >>> 24;
    bytes[pos + 2] = length >>> 16;
    bytes[pos + 3] = length >>> 8;
    bytes[pos + 4] = length;
    this.pos = pos;
  }

  string(tag: number, text: string): void {
    const length = text.length;
    if (length > SHORT_TEXT) {
      this.longText(tag, text);
      return;
    }
    this.reserve(length + OVERHEAD);
    const bytes = this.bytes;
    const start = this.pos - length;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        this.longText(tag, text);
        return;
      }
      bytes[start + index] = unit;
    }
    this.pos = start;
    this.prefix(tag, length);
  }

  /** Takes back the tag of one byte that was written last: elements of a packed list have none. */
  untag(): void {
    this.pos += 1;
  }

  copy(tag: number, value: Uint8Array): void {
    this.raw(value);
    this.prefix(tag, value.length);
  }

  /** Bytes as they are, without tag or length; room for those is reserved. */
  raw(value: Uint8Array): void {
    this.reserve(value.length + OVERHEAD);
    this.pos -= value.length;
    this.bytes.set(value, this.pos);
  }

  bool(tag: number, value: boolean): void {
    this.varint(tag, value ? 1 : 0);
  }

  uint32(tag: number, value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`not a uint32: ${value}`);
    this.varint(tag, value);
  }

  int32(tag: number, value: number): void {
    if ((value | 0) !== value) throw new RangeError(`not an int32: ${value}`);
    if (value >= 0) this.varint(tag, value);
    else this.varint64(tag, value >>> 0, 0xffff_ffff);
  }

  enum(tag: number, value: number): void {
    this.int32(tag, value);
  }

  sint32(tag: number, value: number): void {
    if ((value | 0) !== value) throw new RangeError(`not an int32: ${value}`);
    this.varint(tag, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  int64(tag: number, value: bigint): void {
    const near = Number(value);
    if (near >= 0 && near <= Number.MAX_SAFE_INTEGER) {
      this.varint64(tag, near >>> 0, (near / TWO_TO_32) >>> 0);
    } else {
      if (value > INT64_MAX || value < INT64_MIN) throw new RangeError(`not an int64: ${value}`);
      this.bits64(tag, BigInt.asUintN(64, value));
    }
  }

  uint64(tag: number, value: bigint): void {
    const near = Number(value);
    if (near >= 0 && near <= Number.MAX_SAFE_INTEGER) {
      this.varint64(tag, near >>> 0, (near / TWO_TO_32) >>> 0);
    } else {
      if (value > UINT64_MAX || value < 0n) throw new RangeError(`not a uint64: ${value}`);
      this.bits64(tag, value);
    }
  }

  sint64(tag: number, value: bigint): void {
    if (value > INT64_MAX || value < INT64_MIN) throw new RangeError(`not an int64: ${value}`);
    this.bits64(tag, BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  fixed32(tag: number, value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`not a uint32: ${value}`);
    this.fixed(4).setUint32(this.pos, value, true);
    this.tag(tag);
  }

  sfixed32(tag: number, value: number): void {
    if ((value | 0) !== value) throw new RangeError(`not an int32: ${value}`);
    this.fixed(4).setInt32(this.pos, value, true);
    this.tag(tag);
  }

  fixed64(tag: number, value: bigint): void {
    if (value > UINT64_MAX || value < 0n) throw new RangeError(`not a uint64: ${value}`);
    this.fixed(8).setBigUint64(this.pos, value, true);
    this.tag(tag);
  }

  sfixed64(tag: number, value: bigint): void {
    if (value > INT64_MAX || value < INT64_MIN) throw new RangeError(`not an int64: ${value}`);
    this.fixed(8).setBigInt64(this.pos, value, true);
    this.tag(tag);
  }

  float(tag: number, value: number): void {
    this.fixed(4).setFloat32(this.pos, value, true);
    this.tag(tag);
  }

  double(tag: number, value: number): void {
    this.fixed(8).setFloat64(this.pos, value, true);
    this.tag(tag);
  }

  /** Fields that protobuf-es read and does not know, kept at the end of their message. */
  unknown(fields: readonly UnknownField[]): void {
    for (let index = fields.length - 1; index >= 0; index--) {
      const field = fields[index] as UnknownField;
      this.raw(field.data);
      this.tag(((field.no << 3) | field.wireType) >>> 0);
    }
  }

  private longText(tag: number, text: string): void {
    const length = utf8Length(text);
    this.reserve(length + OVERHEAD);
    this.pos -= length;
    writeText(text, this.bytes, this.pos, length);
    this.prefix(tag, length);
  }

  private fixed(width: number): DataView {
    this.reserve(width + OVERHEAD);
    this.pos -= width;
    this.words ??= new DataView(this.bytes.buffer);
    return this.words;
  }

  private bits64(tag: number, bits: bigint): void {
    this.varint64(tag, Number(bits & 0xffff_ffffn), Number(bits >> 32n));
  }

  private varint(tag: number, value: number): void {
    this.reserve(OVERHEAD);
    this.prefix(tag, value);
  }

  /** `low` and `high` are unsigned halves of 64 bits. */
  private varint64(tag: number, low: number, high: number): void {
    this.reserve(OVERHEAD);
    if (high === 0) {
      this.prefix(tag, low);
      return;
    }
    let size = 5;
    for (let rest = high >>> 3; rest !== 0; rest >>>= 7) size += 1;
    const bytes = this.bytes;
    this.pos -= size;
    let pos = this.pos;
    let lower = low;
    let upper = high;
    for (let left = size - 1; left > 0; left--) {
      bytes[pos++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    bytes[pos] = lower;
    this.tag(tag);
  }

  /** A tag and behind it a varint of 32 bits; room is reserved. */
  private prefix(tag: number, value: number): void {
    if (value < 0x80 && tag < 0x80) {
      const pos = this.pos - 2;
      this.bytes[pos + 1] = value;
      this.bytes[pos] = tag;
      this.pos = pos;
      return;
    }
    this.tag(value);
    this.tag(tag);
  }

  /** A varint of 32 bits; room is reserved. */
  private tag(value: number): void {
    const bytes = this.bytes;
    if (value < 0x80) {
      this.pos -= 1;
      bytes[this.pos] = value;
      return;
    }
    if (value < 0x4000) {
      const pos = this.pos - 2;
      bytes[pos] = (value & 0x7f) | 0x80;
      bytes[pos + 1] = value >>> 7;
      this.pos = pos;
      return;
    }
    let size = 3;
    for (let rest = value >>> 21; rest !== 0; rest >>>= 7) size += 1;
    this.pos -= size;
    let pos = this.pos;
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) bytes[pos++] = (rest & 0x7f) | 0x80;
    bytes[pos] = rest;
  }

  private reserve(size: number): void {
    if (this.pos < size) this.grow(size);
  }

  private grow(size: number): void {
    const written = this.length;
    const capacity = Math.max(SLAB, 2 * written, written + size);
    const bytes = new Uint8Array(capacity);
    bytes.set(this.view(), capacity - written);
    this.bytes = bytes;
    this.pos = capacity - written;
    this.end = capacity;
    this.words = undefined;
  }
}
