import { seededChance } from "@atlas/platform/memory/seeded-chance";
import { expect, test } from "vitest";
import { keyIdOf, newApiKeySecret, sameHash } from "./api-key-secret.ts";

test("a secret names its key, whatever characters chance gives it", () => {
  for (let seed = 0; seed < 200; seed++) {
    const secret = newApiKeySecret("local-0a", seededChance(seed));
    expect(secret).toMatch(/^ak_local-0a_[A-Za-z0-9_-]{43}$/);
    expect(keyIdOf(secret)).toBe("local-0a");
  }
});

const SECRET = "A".repeat(43);

test.each([
  `ak_${SECRET}`,
  `ak__${SECRET}`,
  `ak_k_${SECRET}A`,
  `ak_k_${SECRET.slice(1)}`,
  `AK_k_${SECRET}`,
  `ak_k_${SECRET}\n`,
])("%j is no secret", (text) => {
  expect(keyIdOf(text)).toBeUndefined();
});

test("hashes are the same only when every byte and the length are", () => {
  const hash = Uint8Array.from({ length: 32 }, (_, index) => index);
  expect(sameHash(hash, hash.slice())).toBe(true);
  expect(sameHash(hash, hash.slice(0, 31))).toBe(false);
  expect(sameHash(new Uint8Array(0), hash)).toBe(false);
  hash.forEach((byte, index) => {
    expect(sameHash(hash, hash.with(index, byte ^ 1))).toBe(false);
  });
});
