/// <reference path="./kafkajs-internals.d.ts" />
import fc from "fast-check";
import kafkajsCrc32c from "kafkajs/src/protocol/recordBatch/crc32C/index.js";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c.ts";

test.each([
  ["nothing", Buffer.alloc(0), 0],
  ["the digits", Buffer.from("123456789"), 0xe3069283],
  ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
  ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
  ["32 that count", Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
])("the checksum of what is published: %s", (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

test("of any bytes it is that of kafkajs", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(crc32c(bytes)).toBe(kafkajsCrc32c(Buffer.from(bytes)));
    }),
  );
});
