import { expect, test } from "vitest";
import { fieldsOf, KeptChoice } from "./kept-choice.ts";

const KEY = "atlas.test";

function choiceOn(
  kept: Map<string, string>,
  version = 1,
  setItem = (key: string, text: string) => void kept.set(key, text),
) {
  const read = (value: unknown): number => {
    const { width } = fieldsOf(value);
    return typeof width === "number" ? width : -1;
  };
  const shelf = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem,
    removeItem: (key: string) => void kept.delete(key),
  };
  return new KeptChoice<unknown>(KEY, version, read, shelf);
}

test("what was kept is recalled, by its own version only, until it is forgotten", () => {
  const kept = new Map<string, string>();
  choiceOn(kept).keep({ width: 260 });
  expect(choiceOn(kept).recall()).toBe(260);
  expect(choiceOn(kept, 2).recall()).toBe(-1);
  choiceOn(kept).forget();
  expect(choiceOn(kept).recall()).toBe(-1);
});

test("nonsense, and what is too long, is as if nothing stood there", () => {
  const long = JSON.stringify({ version: 1, value: { width: 260, padding: "x".repeat(20_000) } });
  for (const text of ["", "{", "null", "7", "[]", '{"version":1}', '{"version":1,"value":null}', long]) {
    expect(choiceOn(new Map([[KEY, text]])).recall()).toBe(-1);
  }
});

test("what is too long is not written, and a full storage stops nothing", () => {
  const kept = new Map<string, string>();
  choiceOn(kept).keep("x".repeat(20_000));
  expect(kept.size).toBe(0);
  const full = choiceOn(kept, 1, () => {
    throw new Error("QuotaExceededError");
  });
  expect(() => full.keep({ width: 1 })).not.toThrow();
});
