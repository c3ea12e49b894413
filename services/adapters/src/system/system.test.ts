import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { systemChance } from "./system-chance.ts";
import { systemClock } from "./system-clock.ts";
import { systemDigest } from "./system-digest.ts";

describe("system clock", () => {
  const clock = systemClock();

  test("fires after its time and not when cancelled; waits longer than setTimeout can do not fire at once", async () => {
    const fired: string[] = [];
    const cancels = [clock.after(2 ** 40, () => fired.push("far")), clock.after(5, () => fired.push("cancelled"))];
    cancels[1]?.();
    const start = clock.monotonic();
    await new Promise<void>((resolve) => clock.after(20, resolve));
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(19);
    expect(fired).toEqual([]);
    cancels[0]?.();
  });

  test("soon runs after promise jobs that are waiting", async () => {
    const order: string[] = [];
    const done = new Promise<void>((resolve) =>
      clock.soon(() => {
        order.push("soon");
        resolve();
      }),
    );
    void Promise.resolve().then(() => order.push("job"));
    await done;
    expect(order).toEqual(["job", "soon"]);
  });

  test("now is wall time in milliseconds", () => {
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });
});

describe("system chance", () => {
  test("draws the length asked for, never the same twice, nor shares memory", () => {
    const chance = systemChance();
    const seen = new Set<string>();
    for (const length of [16, 32, 1_000, 5_000]) {
      for (let draw = 0; draw < 50; draw += 1) {
        const bytes = chance.bytes(length);
        expect(bytes.length).toBe(length);
        expect(bytes.buffer.byteLength).toBe(length);
        seen.add(Buffer.from(bytes).toString("hex"));
      }
    }
    expect(seen.size).toBe(200);
  });
});

describe("system digest", () => {
  const digest = systemDigest();

  test.each(["", "abc", "ü\u{1f600}", "x".repeat(1_000)])("SHA-256 of %j, as text and as bytes", (text) => {
    const expected = createHash("sha256").update(text, "utf8").digest();
    expect(Buffer.from(digest.sha256(text))).toEqual(expected);
    expect(Buffer.from(digest.sha256(new TextEncoder().encode(text)))).toEqual(expected);
  });

  test("CRC-32 is zlib's, and continues from a seed", () => {
    const bytes = new TextEncoder().encode("123456789");
    expect(digest.crc32(bytes)).toBe(0xcbf43926);
    expect(digest.crc32(bytes.subarray(4), digest.crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
  });
});
