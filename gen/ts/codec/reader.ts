// Copied from infra/codegen/runtime/reader.ts. Do not edit.

import { MalformedError, UnknownFieldError } from "./errors.ts";
import { textOf } from "./text.ts";

const TWO_TO_32 = 4_294_967_296;
const NOTHING = new Uint8Array(0);

/**
 * Reads Protobuf's binary format from `pos` on. The reads do not look at the end of the message that they are in: who
 * decodes a message checks with `finish` that it ended where its length said.
 */
export class Reader {
  bytes: Uint8Array = NOTHING;
  pos = 0;
  private low = 0;
  private high = 0;
  private view: DataView | undefined;

  open(bytes: Uint8Array, start: number): void {
    this.bytes = bytes;
    this.pos = start;
    this.view = undefined;
  }

  /** Lets go of the bytes, so that a reader kept for reuse keeps nothing alive. */
  close(): void {
    this.bytes = NOTHING;
    this.view = undefined;
  }

  /** Field number and wire type, as they stand. */
  tag(): number {
    const first = this.bytes[this.pos] as number;
    if (first < 0x80) {
      this.pos += 1;
      return first;
    }
    return this.longUint32();
  }

  /** Reads a length and answers where that many bytes end, which is not beyond `limit`. */
  end(limit: number): number {
    const length = this.tag();
    const end = this.pos + length;
    if (end > limit) throw new MalformedError("a length points beyond the end");
    return end;
  }

  /** The message must have ended exactly at `end`. */
  finish(end: number): void {
    if (this.pos !== end) throw new MalformedError("a field goes beyond the end of its message");
  }

  unknown(typeName: string, tag: number): Error {
    const fieldNumber = tag >>> 3;
    if (fieldNumber === 0) return new MalformedError("field number 0");
    return new UnknownFieldError(typeName, fieldNumber);
  }

  uint32(): number {
    return this.tag();
  }

  int32(): number {
    return this.tag() | 0;
  }

  /** Enums are open: a number without a name is kept. */
  enum<E extends number>(): E {
    return (this.tag() | 0) as E;
  }

  sint32(): number {
    const value = this.tag();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    this.varint64();
    return this.low !== 0 || this.high !== 0;
  }

  int64(): bigint {
    this.varint64();
    return signed(this.low, this.high);
  }

  uint64(): bigint {
    this.varint64();
    return unsigned(this.low, this.high);
  }

  sint64(): bigint {
    this.varint64();
    const sign = -(this.low & 1);
    const low = ((this.low >>> 1) | (this.high << 31)) ^ sign;
    return signed(low, (this.high >>> 1) ^ sign);
  }

  fixed32(): number {
    return this.fixed(4).getUint32(this.pos - 4, true);
  }

  sfixed32(): number {
    return this.fixed(4).getInt32(this.pos - 4, true);
  }

  fixed64(): bigint {
    return this.fixed(8).getBigUint64(this.pos - 8, true);
  }

  sfixed64(): bigint {
    return this.fixed(8).getBigInt64(this.pos - 8, true);
  }

  float(): number {
    return this.fixed(4).getFloat32(this.pos - 4, true);
  }

  double(): number {
    return this.fixed(8).getFloat64(this.pos - 8, true);
  }

  string(): string {
    const length = this.tag();
    const start = this.pos;
    const end = start + length;
    const bytes = this.bytes;
    if (end > bytes.length) throw new MalformedError("a length points beyond the end");
    this.pos = end;
    return textOf(bytes, start, end);
  }

  /** A copy: it keeps nothing of what it was read from alive. */
  copy(): Uint8Array<ArrayBuffer> {
    const end = this.end(this.bytes.length);
    const copy = new Uint8Array(end - this.pos);
    copy.set(this.bytes.subarray(this.pos, end));
    this.pos = end;
    return copy;
  }

  private fixed(width: number): DataView {
    this.pos += width;
    if (this.pos > this.bytes.length) throw new MalformedError("cut off");
    this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.view;
  }

  /** A varint of which the lower 32 bits count; a negative int32 has ten bytes. */
  private longUint32(): number {
    this.varint64();
    return this.low >>> 0;
  }

  private varint64(): void {
    const bytes = this.bytes;
    let pos = this.pos;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[pos++] as number;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.accept(pos, low, 0);
        return;
      }
    }
    const middle = bytes[pos++] as number;
    low |= (middle & 0x0f) << 28;
    let high = (middle & 0x70) >> 4;
    if (middle < 0x80) {
      this.accept(pos, low, high);
      return;
    }
    for (let shift = 3; shift <= 31; shift += 7) {
      const byte = bytes[pos++] as number;
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.accept(pos, low, high);
        return;
      }
    }
    throw new MalformedError("a varint is cut off or longer than ten bytes");
  }

  private accept(pos: number, low: number, high: number): void {
    this.pos = pos;
    this.low = low;
    this.high = high;
  }
}

function signed(low: number, high: number): bigint {
  if (high >= -0x200000 && high < 0x200000) return BigInt(high * TWO_TO_32 + (low >>> 0));
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

function unsigned(low: number, high: number): bigint {
  const upper = high >>> 0;
  if (upper < 0x200000) return BigInt(upper * TWO_TO_32 + (low >>> 0));
  return (BigInt(upper) << 32n) | BigInt(low >>> 0);
}
