import type { FetchedRecord } from "./protocol.ts";

/** Where records stand of which the batch around them tells the rest. */
export interface RecordsPlace {
  readonly count: number;
  readonly firstOffset: number;
  readonly timestamp: number;
}

/**
 * Takes records that are not compressed apart (https://kafka.apache.org/documentation/#record); `undefined`: they are not
 * just so many, one after another. kafkajs does this in a time that grows with the square of a record's headers; here
 * these are passed over.
 */
export function recordsIn(bytes: Buffer, place: RecordsPlace): FetchedRecord[] | undefined {
  const fields = new Fields(bytes);
  try {
    const records = Array.from({ length: place.count }, (_, index) => recordAt(fields, index, place));
    return fields.isOver ? records : undefined;
  } catch (error) {
    if (error instanceof NotARecord) return undefined;
    throw error;
  }
}

function recordAt(fields: Fields, index: number, { firstOffset, timestamp }: RecordsPlace): FetchedRecord {
  const record = new Fields(fields.bytes(fields.varint()));
  record.byte(); // Its attributes: none are in use.
  record.passNumber(); // Its own time, from its writer (S8).
  if (record.varint() !== index) throw new NotARecord("it stands at an offset of its own");
  record.nullable(); // Its key.
  const value = record.nullable();
  return { offset: firstOffset + index, timestamp, value, headers: record.rest() };
}

class NotARecord extends Error {
  override name = "NotARecord";
}

/** Reads one field after another. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isOver(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new NotARecord("it ends too early");
    this.#at += 1;
    return byte;
  }

  /** A number of 32 bits, zigzag, seven bits a byte, the lowest first. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new NotARecord("a number does not end");
  }

  passNumber(): void {
    while (this.byte() >= 0x80);
  }

  bytes(length: number): Buffer {
    if (length < 0 || length > this.#bytes.length - this.#at) throw new NotARecord("it ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  nullable(): Buffer | null {
    const length = this.varint();
    return length === -1 ? null : this.bytes(length);
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }
}
