import { expect, test } from "vitest";
import { type Instant, TokenShelf } from "./token-shelf.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function shelfOf(kept: Map<string, string>, now: () => Instant): TokenShelf {
  return new TokenShelf(
    {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    now,
  );
}

/** A token of ten minutes in a tab whose clocks go on as they are told. */
function tab(wall = 1_000_000 * MINUTE) {
  const now = { steady: 5_000, wall };
  const kept = new Map<string, string>();
  const shelf = shelfOf(kept, () => ({ ...now }));
  shelf.put({ text: "secret", lifetime: 10 * MINUTE, received: { ...now } });
  const pass = (steady: number, wall = steady): void => {
    now.steady += steady;
    now.wall += wall;
  };
  const reload = (): TokenShelf => {
    now.steady = 100;
    return shelfOf(kept, () => ({ ...now }));
  };
  return { shelf, pass, reload };
}

// Fails when a token's end is compared with the time of day.
test.each([0, 15 * MINUTE, -15 * MINUTE, DAY, -DAY])(
  "a machine whose clock is off by %d milliseconds keeps a token as long as any other, through a reload too",
  (off) => {
    const { shelf, pass, reload } = tab(1_000_000 * MINUTE + off);
    expect([shelf.text, shelf.renewIn]).toEqual(["secret", 9 * MINUTE]);
    pass(4 * MINUTE);
    const reloaded = reload();
    expect([reloaded.text, reloaded.renewIn]).toEqual(["secret", 5 * MINUTE]);
    pass(5 * MINUTE + 44_000);
    expect([reloaded.text, reloaded.renewIn]).toEqual(["secret", 0]);
    pass(1_000);
    expect(reloaded.text).toBe("");
  },
);

test("a clock that is set does not end a token, nor keep it: set ahead, a new one is fetched at once", () => {
  const { shelf, pass } = tab();
  pass(MINUTE, -DAY);
  expect([shelf.text, shelf.renewIn]).toEqual(["secret", 8 * MINUTE]);
  pass(MINUTE, 3 * DAY);
  expect([shelf.text, shelf.renewIn]).toEqual(["secret", 0]);
  pass(8 * MINUTE);
  expect(shelf.text).toBe("");
});

test("after a sleep in which the steady clock stood still a new one is fetched at once", () => {
  const { shelf, pass } = tab();
  pass(10, 30 * MINUTE);
  expect(shelf.renewIn).toBe(0);
});

test("a reload after the clock was set back leaves it to the platform whether a token works", () => {
  const { pass, reload } = tab();
  pass(MINUTE, -DAY);
  const reloaded = reload();
  expect([reloaded.text, reloaded.renewIn]).toEqual(["secret", 9 * MINUTE]);
});

test("what is cleared, or was kept by something else, is no token", () => {
  const kept = new Map<string, string>();
  const now = (): Instant => ({ steady: 0, wall: 0 });
  const shelf = shelfOf(kept, now);
  shelf.put({ text: "secret", lifetime: 10 * MINUTE, received: now() });
  shelf.clear();
  expect(shelf.text).toBe("");
  for (const nonsense of ["", "{", "null", "7", '{"text":1}', '{"text":"secret","expiresAt":600000}']) {
    kept.set("atlas.access", nonsense);
    expect(shelfOf(kept, now).text).toBe("");
  }
});
