import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** How one message type is written and read; generated, equal byte by byte to protobuf-es. */
export interface Codec<M> {
  readonly typeName: string;
  write(writer: Writer, message: M): void;
  /** Reads up to `end`. Throws `UnknownFieldError` for a field that the type lacks, at any depth, and `MalformedError`. */
  read(reader: Reader, end: number): M;
}

const writer = new Writer();
const reader = new Reader();

/**
 * The message's bytes, which may share their buffer with those of others: nobody may transfer it. Throws `RangeError`
 * for a number that its type does not hold.
 */
export function encode<M>(codec: Codec<M>, message: M): Uint8Array {
  writer.drop();
  codec.write(writer, message);
  return writer.take();
}

/** The same, valid until the next message is encoded, whoever does it: for who hashes, compares or copies at once. */
export function encodeView<M>(codec: Codec<M>, message: M): Uint8Array {
  writer.drop();
  codec.write(writer, message);
  return writer.view();
}

/**
 * The message that the bytes from `start` up to `end` are; it shares nothing with them. Throws `UnknownFieldError`,
 * naming message and field number, for a field that the contract lacks, at any depth (S26), and `MalformedError`.
 */
export function decode<M>(codec: Codec<M>, bytes: Uint8Array, start = 0, end = bytes.length): M {
  reader.open(bytes, start);
  try {
    return codec.read(reader, end);
  } finally {
    reader.close();
  }
}

/** A field that stands twice: what a second reader makes of both encodings in a row is, by Protobuf's rules, the merger. */
export function merge<M>(codec: Codec<M>, earlier: M, later: Reader, limit: number): M {
  const end = later.end(limit);
  const first = encode(codec, earlier);
  const joined = new Uint8Array(first.length + end - later.pos);
  joined.set(first);
  joined.set(later.bytes.subarray(later.pos, end), first.length);
  later.pos = end;
  const nested = new Reader();
  nested.open(joined, 0);
  return codec.read(nested, joined.length);
}

/** The message without any field. */
export function empty<M>(codec: Codec<M>): M {
  return codec.read(new Reader(), 0);
}

/** Sets a key of a map field; `__proto__` is a key like any other. */
export function setEntry<V>(map: Record<string, V>, key: string, value: V): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}
