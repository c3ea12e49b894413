import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { buildFixture, type Fixture } from "./fixture.ts";
import { type Random, randomMessage, seeded } from "./random-message.ts";
import type { Codec } from "./runtime/codec.ts";

interface Runtime {
  encode(codec: Codec<Message>, message: Message): Uint8Array;
  decode(codec: Codec<Message>, bytes: Uint8Array, start?: number, end?: number): Message;
}

let fixture: Fixture;
let runtime: Runtime;
let schema: DescMessage;
let codec: Codec<Message>;

beforeAll(async () => {
  fixture = buildFixture(["fixture.v1.Sink"]);
  runtime = (await fixture.load("codec/codec.ts")) as unknown as Runtime;
  schema = fixture.registry.getMessage("fixture.v1.Sink") as DescMessage;
  codec = (await fixture.load("sink_codec.ts")).SinkCodec as Codec<Message>;
});

function eachSeed(count: number, check: (random: Random, seed: number) => void): void {
  for (let seed = 1; seed <= count; seed++) check(seeded(seed), seed);
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** What decoding makes of bytes: the message, or the name of the error. */
function outcome(bytes: Uint8Array): Message | string {
  try {
    return runtime.decode(codec, bytes);
  } catch (error) {
    return (error as Error).name;
  }
}

describe("a static codec", () => {
  test("S29: writes what protobuf-es writes, byte by byte, and reads it back", () => {
    eachSeed(400, (random, seed) => {
      const message = randomMessage(schema, random);
      const expected = toBinary(schema, message);
      expect(Buffer.from(runtime.encode(codec, message)).equals(expected), `seed ${seed}`).toBe(true);
      expect(runtime.decode(codec, expected), `seed ${seed}`).toEqual(fromBinary(schema, expected));
    });
  });

  test("what was written before stays as it is while others are written, one that is refused among them", () => {
    const kept: [Uint8Array, Uint8Array][] = [];
    eachSeed(600, (random, seed) => {
      const message = randomMessage(schema, random);
      kept.push([runtime.encode(codec, message), toBinary(schema, message)]);
      if (seed % 50 !== 0) return;
      expect(() => runtime.encode(codec, { ...message, ...{ i32: 2 ** 40 } })).toThrow(RangeError);
    });
    expect(kept.findIndex(([written, expected]) => !Buffer.from(written).equals(expected))).toBe(-1);
  });

  test("reads from the middle of a larger buffer and shares no bytes with it", () => {
    eachSeed(50, (random) => {
      const message = randomMessage(schema, random);
      const bytes = toBinary(schema, message);
      const around = join(Uint8Array.of(9, 9), bytes, Uint8Array.of(9));
      const read = runtime.decode(codec, around, 2, around.length - 1);
      around.fill(0xff);
      expect(read).toEqual(fromBinary(schema, bytes));
    });
  });

  test("merges a message that stands twice, as protobuf-es does", () => {
    eachSeed(100, (random, seed) => {
      const bytes = join(
        toBinary(schema, randomMessage(schema, random)),
        toBinary(schema, randomMessage(schema, random)),
      );
      expect(runtime.decode(codec, bytes), `seed ${seed}`).toEqual(fromBinary(schema, bytes));
    });
  });

  test("S26: an unknown field at any depth is an error that names message and number", () => {
    eachSeed(200, (random, seed) => {
      const message = randomMessage(schema, random);
      const places = messagesIn(message);
      const place = places[random(places.length)] as Message;
      place.$unknown = [{ no: 1_234, wireType: 2, data: Uint8Array.of(1, 7) }];
      const bytes = toBinary(schema, message);
      const expected = { name: "UnknownFieldError", typeName: place.$typeName, fieldNumber: 1_234 };
      expect(() => runtime.decode(codec, bytes), `seed ${seed}`).toThrow(expect.objectContaining(expected));
      expect(Buffer.from(runtime.encode(codec, message)).equals(bytes), `seed ${seed}`).toBe(true);
    });
  });

  test("bytes cut off or flipped are an error, or read as protobuf-es reads them", () => {
    eachSeed(60, (random, seed) => {
      const bytes = toBinary(schema, randomMessage(schema, random));
      for (let round = 0; round < 40 && bytes.length > 0; round++) {
        const torn = bytes.slice(0, round % 2 === 0 ? random(bytes.length) : bytes.length);
        if (round % 2 === 1) torn[random(torn.length)] = random(256);
        const read = outcome(torn);
        if (typeof read === "string") expect(["MalformedError", "UnknownFieldError"], `seed ${seed}`).toContain(read);
        else expect(read, `seed ${seed}`).toEqual(fromBinary(schema, torn));
      }
    });
  });

  test.each([
    ["a string beyond its message", [0xfa, 0x01, 0x02, 0x0a, 0x05, 1, 2, 3, 4, 5]],
    ["a message beyond its holder", [0xfa, 0x01, 0x04, 0x1a, 0x09, 0x0a, 0x00]],
    ["a varint of eleven bytes", [0x38, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ["a tag without a value", [0x0a]],
    ["text that is not UTF-8", [0x0a, 0x02, 0xc3, 0x28]],
    ["field number 0", [0x02, 0x00]],
    ["a length of four gigabytes", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("malformed: %s", (_name, bytes) => {
    expect(outcome(Uint8Array.from(bytes))).toBe("MalformedError");
  });

  test("a number that its type does not hold is refused, not cut", () => {
    const rows: [string, unknown][] = [
      ["i32", 2 ** 31],
      ["i32", 1.5],
      ["u32", -1],
      ["i64", 2n ** 63n],
      ["u64", -1n],
      ["f64", 2n ** 64n],
    ];
    for (const [name, value] of rows) {
      const message = { ...randomMessage(schema, () => 0), [name]: value };
      expect(() => runtime.encode(codec, message as Message), name).toThrow(RangeError);
    }
  });

  test("a message larger than the shared buffer is written whole", () => {
    const message = {
      ...randomMessage(schema, () => 0),
      blob: new Uint8Array(5_000_000).fill(7),
      name: "é".repeat(100_000),
    };
    expect(Buffer.from(runtime.encode(codec, message)).equals(toBinary(schema, message))).toBe(true);
    expect(
      runtime.encode(
        codec,
        randomMessage(schema, () => 0),
      ).length,
    ).toBe(0);
  });
});

/** The message and all that it holds. */
function messagesIn(value: unknown): Message[] {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return [];
  const held = Object.values(value).flatMap(messagesIn);
  return "$typeName" in value ? [value as Message, ...held] : held;
}
