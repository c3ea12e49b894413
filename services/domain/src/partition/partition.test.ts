import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { murmur2 } from "./murmur2.ts";
import { partitionOf } from "./partition.ts";
import { utf8 } from "./utf8.ts";

// From org.apache.kafka.common.utils.UtilsTest.testMurmur2.
const KAFKA: readonly [string, number][] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

describe("murmur2", () => {
  test.each(KAFKA)("of %s is Kafka's", (key, signed) => {
    expect(murmur2(utf8(key))).toBe(signed >>> 0);
    expect(partitionOf(key, 16)).toBe((signed & 0x7fffffff) % 16);
  });

  test("takes a negative hash to a positive one by its low 31 bits, as toPositive does, not by its magnitude", () => {
    expect(partitionOf("21", 1000)).toBe((-973932308 & 0x7fffffff) % 1000);
    expect(partitionOf("21", 1000)).not.toBe(973932308 % 1000);
  });
});

test("a key's partition is that of its UTF-8, however long and whatever its letters", () => {
  const keys = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.constant("x".repeat(65)),
  );
  fc.assert(
    fc.property(keys, (key) => {
      expect(partitionOf(key, 1009)).toBe((murmur2(new TextEncoder().encode(key)) & 0x7fffffff) % 1009);
    }),
    { numRuns: 300 },
  );
});

test("utf8 is what TextEncoder writes, lone surrogates included", () => {
  const encoder = new TextEncoder();
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  );
  fc.assert(
    fc.property(text, (value) => {
      expect(Array.from(utf8(value))).toEqual(Array.from(encoder.encode(value)));
    }),
  );
});
