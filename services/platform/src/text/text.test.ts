import fc from "fast-check";
import { expect, test } from "vitest";
import { base64url, fromBase64url } from "./base64url.ts";
import { fromHexadecimal, hexadecimal } from "./hexadecimal.ts";

test("base64url is Node's, there and back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = base64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64url(text)).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});

test.each(["A", "AA=", "A+AA", "AB", "AAAAé"])("%j is no base64url", (text) => {
  expect(fromBase64url(text)).toBeUndefined();
});

test("hexadecimal is Node's, there and back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = hexadecimal(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("hex"));
      expect(fromHexadecimal(text)).toEqual(bytes);
    }),
    { numRuns: 100 },
  );
});
