import { expect, test } from "vitest";
import { readTitles } from "./kept-titles.ts";

test("titles that were kept are read, each once; anything else names no column", () => {
  expect(readTitles(["Fee", "Fee", 7, null, "Trade"])).toEqual(["Fee", "Trade"]);
  for (const kept of [undefined, null, 7, "Fee", { Fee: true }]) expect(readTitles(kept)).toEqual([]);
  expect(readTitles(Array.from({ length: 500 }, (_, index) => `${index}`))).toHaveLength(64);
});
