import { expect, test } from "vitest";
import { favouriteMemory, favouritesFirst, onlyHereMemory } from "./kept-instruments.ts";

function shelf() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("favourites come first, and each part stays as it stood", () => {
  const all = ["A", "B", "C", "D"].map((instrumentId) => ({ instrumentId }));
  expect(favouritesFirst(all, ["D", "B", "gone"]).map(({ instrumentId }) => instrumentId)).toEqual([
    "B",
    "D",
    "A",
    "C",
  ]);
  expect(favouritesFirst(all, [])).toEqual(all);
});

test("what one person marks is not another's, and nonsense marks nothing", () => {
  const one = shelf();
  favouriteMemory("adam", one).keep(["B", "B", "D"]);
  onlyHereMemory("adam", one).keep(true);
  expect(favouriteMemory("adam", one).recall()).toEqual(["B", "D"]);
  expect(onlyHereMemory("adam", one).recall()).toBe(true);
  expect(favouriteMemory("zoe", one).recall()).toEqual([]);
  expect(onlyHereMemory("zoe", one).recall()).toBe(false);
  for (const nonsense of ["{", '{"version":1,"value":{"a":1}}', '{"version":2,"value":["B"]}']) {
    one.setItem("atlas.favourites.adam", nonsense);
    expect(favouriteMemory("adam", one).recall()).toEqual([]);
  }
});
