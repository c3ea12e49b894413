import { expect, test } from "vitest";
import { TokenShelf } from "./token-shelf.ts";

function shelfOf(kept: Map<string, string>, now: () => number): TokenShelf {
  return new TokenShelf(
    {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    now,
  );
}

test("a token outlives a reload, not its end, and is renewed a minute before", () => {
  const kept = new Map<string, string>();
  let now = 1_000;
  shelfOf(kept, () => now).put({ text: "secret", expiresAt: 601_000 });
  const reloaded = shelfOf(kept, () => now);
  expect(reloaded.text).toBe("secret");
  expect(reloaded.renewIn).toBe(540_000);
  now = 590_000;
  expect(reloaded.text).toBe("");
  expect(reloaded.renewIn).toBe(0);
});

test("what is cleared, or was kept by something else, is no token", () => {
  const kept = new Map<string, string>();
  const shelf = shelfOf(kept, () => 0);
  shelf.put({ text: "secret", expiresAt: 601_000 });
  shelf.clear();
  expect(shelf.text).toBe("");
  for (const nonsense of ["", "{", "null", "7", '{"text":1}']) {
    kept.set("atlas.access", nonsense);
    expect(shelfOf(kept, () => 0).text).toBe("");
  }
});
