import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestMemory } from "./request-memory.ts";
import { SLAB_IDS } from "./request-slab.ts";
import { uuidTime } from "./uuid-time.ts";

function digest(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

describe("S18: the memory of request ids", () => {
  test("remembers what was settled in the last five minutes, and with what content", () => {
    const memory = new RequestMemory();
    memory.remember("a", "one", digest(1), 1_000);
    memory.remember("a", "two", digest(2), 2_000);
    expect(memory.hasContent(memory.find("a", "one"), digest(1))).toBe(true);
    expect(memory.hasContent(memory.find("a", "one"), digest(2))).toBe(false);
    expect(memory.find("b", "one")).toBe(-1);
    memory.remember("a", "three", digest(3), 301_000);
    expect(memory.find("a", "one")).toBeGreaterThanOrEqual(0);
    memory.remember("a", "four", digest(4), 301_001);
    expect(memory.find("a", "one")).toBe(-1);
    expect(memory.find("a", "two")).toBeGreaterThanOrEqual(0);
    expect(memory.forgottenUntil).toBe(1_000);
  });

  test("remembers at most as many as it may", () => {
    const memory = new RequestMemory(3);
    for (let number = 0; number < 5; number++) memory.remember("a", `r${number}`, digest(number), 1_000 + number);
    expect([0, 1, 2, 3, 4].map((number) => memory.find("a", `r${number}`))).toEqual([-1, -1, 2, 3, 4]);
    expect(memory.forgottenUntil).toBe(1_001);
  });

  test("tells apart what only looks alike: parted elsewhere, beyond ASCII, of different length", () => {
    const memory = new RequestMemory();
    const pairs: readonly [string, string][] = [
      ["ab", "c"],
      ["a", "bc"],
      ["a", "b\u0000c"],
      ["\u00ff", "x"],
      ["\u0100", "x"],
      ["", "x"],
    ];
    for (const [account, request] of pairs) memory.remember(account, request, digest(0), 1);
    expect(pairs.map(([account, request]) => memory.find(account, request))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(memory.find("abc", "")).toBe(-1);
  });

  test("agrees with a naive list on random use", () => {
    const step = fc.record({ id: fc.nat(40), passes: fc.integer({ min: 0, max: 40_000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const memory = new RequestMemory(20);
        let naive: { id: number; time: number }[] = [];
        let now = 1_000;
        for (const { id, passes } of steps) {
          now += passes;
          const known = naive.some((entry) => entry.id === id);
          expect(memory.find("a", `r${id}`) >= 0).toBe(known);
          if (known) continue;
          memory.remember("a", `r${id}`, digest(id), now);
          naive.push({ id, time: now });
          naive = naive.filter(({ time }) => time >= now - 300_000).slice(-20);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("S19: its slabs put together in any order are the memory as it was", () => {
    const memory = new RequestMemory(6_000);
    for (let number = 0; number < 15_000; number++) memory.remember("a", `r${number}`, digest(number % 251), number);
    const numbers = memory.slabNumbers();
    expect(numbers).toEqual([2, 3]);
    for (const boundsFirst of [true, false]) {
      const again = new RequestMemory(6_000);
      const bounds = () => again.restore(memory.first, memory.next, memory.forgottenUntil);
      if (boundsFirst) bounds();
      for (const number of numbers) restoreSlab(memory, again, number);
      if (!boundsFirst) bounds();
      for (let number = 8_000; number < 15_000; number++) {
        expect(again.find("a", `r${number}`)).toBe(memory.find("a", `r${number}`));
      }
      again.remember("a", "new", digest(9), 20_000);
      expect(again.find("a", "r9000")).toBe(-1);
      expect(again.find("a", "r9001")).toBe(9_001);
      expect(again.hasContent(again.find("a", "r14999"), digest(14_999 % 251))).toBe(true);
    }
  });

  test("numbers beyond what the table holds are found again", () => {
    const memory = new RequestMemory();
    memory.restore(2 ** 31 - 2, 2 ** 31 - 2, 5);
    for (let number = 0; number < 5; number++) memory.remember("a", `r${number}`, digest(number), 10);
    expect([0, 1, 2, 3, 4].map((number) => memory.find("a", `r${number}`) - 2 ** 31)).toEqual([-2, -1, 0, 1, 2]);
  });
});

function restoreSlab(from: RequestMemory, to: RequestMemory, number: number): void {
  const slab = from.slab(number);
  for (let place = 0; slab?.has(place) && place < SLAB_IDS; place++) {
    to.restoreId(number * SLAB_IDS + place, slab.key(place).slice(), slab.digest(place).slice(), slab.time(place), 1);
  }
}

test.each([
  ["01900000-0000-7000-8000-000000000000", 0x019000000000],
  ["FFFFFFFF-FFFF-7FFF-BFFF-FFFFFFFFFFFF", 0xffffffffffff],
  ["01900000-0000-4000-8000-000000000000", undefined],
  ["01900000-0000-7000-c000-000000000000", undefined],
  ["01900000-0000-7000-8000-00000000000", undefined],
  ["01900000x0000-7000-8000-000000000000", undefined],
  ["0190000g-0000-7000-8000-000000000000", undefined],
  ["mine", undefined],
])("the time of %s is %s", (id, time) => {
  expect(uuidTime(id)).toBe(time);
});
