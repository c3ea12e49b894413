import { afterEach, describe, expect, test, vi } from "vitest";
import { EnvelopeReader, TooLargeError } from "./envelope-reader.ts";
import { envelope } from "./trade-protocol.ts";

const LIMIT = 4_194_304;
const PREFIX = 5;

function messageOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >>> 8)) & 0xff);
}

function* chunksOf(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** Every message that comes of chunks, as it is when all have come. */
function readAll(chunks: Iterable<Uint8Array>, limit = LIMIT): { flags: number; bytes: Uint8Array }[] {
  const reader = new EnvelopeReader(limit);
  const messages: { flags: number; bytes: Uint8Array }[] = [];
  for (const chunk of chunks) {
    reader.take(chunk);
    for (let message = reader.next(); message !== undefined; message = reader.next()) {
      const { flags, bytes, start, end } = message;
      messages.push({ flags, bytes: bytes.subarray(start, end) });
    }
  }
  expect(reader.pending).toBe(0);
  return messages;
}

describe("messages are what was sent, however it is cut", () => {
  const messages = [0, 1, 300, 0, 5_000, 17, 4, 5, 6].map(messageOf);
  const sent = Buffer.concat(messages.map((message, index) => envelope(index % 2 === 0 ? 0 : 2, message)));

  test.each([1, 2, 3, 4, 5, 6, 7, 11, 64, 306, 1_000, sent.length])("into chunks of %i bytes", (size) => {
    const read = readAll(chunksOf(sent, size));
    expect(read.map(({ flags }) => flags)).toEqual(messages.map((_, index) => (index % 2 === 0 ? 0 : 2)));
    expect(read.map(({ bytes }) => Buffer.from(bytes))).toEqual(messages.map((message) => Buffer.from(message)));
  });

  test("and several chunks may come before the first is asked for", () => {
    const reader = new EnvelopeReader(LIMIT);
    for (const chunk of chunksOf(sent, 700)) reader.take(chunk);
    for (const message of messages) {
      const { bytes, start, end } = reader.next() as NonNullable<ReturnType<EnvelopeReader["next"]>>;
      expect(Buffer.from(bytes.subarray(start, end))).toEqual(Buffer.from(message));
    }
    expect(reader.next()).toBeUndefined();
  });

  test("what has come of a message that is not whole is pending", () => {
    const reader = new EnvelopeReader(LIMIT);
    const bytes = envelope(0, messageOf(10));
    for (const [index, chunk] of [...chunksOf(bytes.subarray(0, -1), 1)].entries()) {
      reader.take(chunk);
      expect(reader.next()).toBeUndefined();
      expect(reader.pending).toBe(index + 1);
    }
  });

  test.each([1, 4, 100])(
    "one that announces more than is taken is refused at its prefix, in chunks of %i bytes",
    (size) => {
      const reader = new EnvelopeReader(99);
      const prefix = envelope(0, messageOf(100)).subarray(0, PREFIX);
      expect(() => {
        for (const chunk of chunksOf(prefix, size)) {
          reader.take(chunk);
          reader.next();
        }
      }).toThrow(TooLargeError);
    },
  );
});

describe("a message costs by its length, not by the count of its chunks", () => {
  let copied = 0;
  let allocated = 0;
  let most = 0;

  /** Ends a test that would go on for minutes. */
  function check(): void {
    if (copied > most || allocated > most) throw new Error(`${copied} bytes copied, ${allocated} allocated`);
  }

  class CountedArray extends Uint8Array {
    constructor(...terms: [number] | [ArrayBufferLike, number, number]) {
      super(...(terms as [ArrayBuffer, number, number]));
      if (terms.length > 1) return;
      allocated += this.length;
      check();
    }

    override set(source: ArrayLike<number>, offset?: number): void {
      copied += source.length;
      check();
      super.set(source, offset);
    }
  }

  /** From here on. */
  function countUpTo(bytes: number): void {
    [copied, allocated, most] = [0, 0, bytes];
    vi.stubGlobal("Uint8Array", CountedArray);
  }

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each([
    ["4 MB in chunks of 1 kB", LIMIT, 1_024, 0],
    ["4 MB in chunks of 1 byte", LIMIT, 1, 0],
    ["1 MB of it in chunks of 1 byte, behind 3 MB at once", LIMIT, 1, 3_000_000],
    ["1 MB in chunks of 3 bytes", 1_000_000, 3, 0],
  ])("%s", (_, length, size, atOnce) => {
    const bytes = envelope(0, Buffer.alloc(length, 7));
    countUpTo(4 * bytes.length);
    const reader = new EnvelopeReader(LIMIT);
    if (atOnce > 0) reader.take(bytes.subarray(0, atOnce));
    let messages = 0;
    for (const chunk of chunksOf(bytes.subarray(atOnce), size)) {
      reader.take(chunk);
      const message = reader.next();
      if (message === undefined) continue;
      messages++;
      expect(message.bytes.at(message.end - 1)).toBe(7);
      expect(message.end - message.start).toBe(length);
    }
    expect(messages).toBe(1);
  });

  test("many that straddle chunks", () => {
    const bytes = Buffer.concat(Array.from({ length: 200 }, () => envelope(0, Buffer.alloc(5_000, 7))));
    countUpTo(4 * bytes.length);
    expect(readAll(chunksOf(bytes, 4_096))).toHaveLength(200);
  });

  test("what is announced is not allocated before it comes", () => {
    const bytes = envelope(0, Buffer.alloc(LIMIT)).subarray(0, 1_000);
    countUpTo(10_000);
    const reader = new EnvelopeReader(LIMIT);
    for (const chunk of chunksOf(bytes, 10)) {
      reader.take(chunk);
      expect(reader.next()).toBeUndefined();
    }
  });
});
