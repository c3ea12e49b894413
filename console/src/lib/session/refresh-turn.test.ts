import { expect, test } from "vitest";
import { RefreshTurn, type TurnWorld } from "./refresh-turn.ts";

/** A browser's tabs: they share a note and a clock, and a lock unless `hasLocks` is false. */
class Tabs {
  now = 1_000_000;
  text: string | null = null;
  readonly calls: string[] = [];
  readonly #beats = new Set<() => void>();
  #last: Promise<void> = Promise.resolve();
  readonly #hasLocks: boolean;

  constructor(hasLocks = true) {
    this.#hasLocks = hasLocks;
  }

  tab(): RefreshTurn {
    const world: TurnWorld = {
      alone: (run) => {
        if (!this.#hasLocks) return run();
        const turn = this.#last.then(run);
        this.#last = turn.catch(() => {});
        return turn;
      },
      note: () => this.text,
      setNote: (text) => {
        this.text = text ?? null;
      },
      wallTime: () => this.now,
      wait: async (milliseconds) => {
        this.pass(milliseconds);
        await Promise.resolve();
      },
      every: (_milliseconds, run) => {
        this.#beats.add(run);
        return () => void this.#beats.delete(run);
      },
    };
    return new RefreshTurn(world);
  }

  /** Time goes by; pages that are there notice. */
  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const beat of this.#beats) beat();
  }

  /** A call that takes a while. */
  call(name: string, fails = false): () => Promise<void> {
    return async () => {
      this.calls.push(`${name} begins`);
      for (let step = 0; step < 5; step += 1) await Promise.resolve();
      this.calls.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
  }
}

for (const hasLocks of [true, false]) {
  test(`two tabs that renew at once call one after the other, ${hasLocks ? "by the lock" : "by the note alone"}`, async () => {
    const tabs = new Tabs(hasLocks);
    await Promise.all([tabs.tab().take(tabs.call("first")), tabs.tab().take(tabs.call("second"))]);
    expect(tabs.calls).toEqual(["first begins", "first ends", "second begins", "second ends"]);
    expect(tabs.text).toBeNull();
  });
}

// Fails, as the one by the note alone does, when the note is not looked at.
test("a page waits for the call of one that was left, and no longer than that can take", async () => {
  const tabs = new Tabs();
  const leftAt = tabs.now;
  tabs.text = String(leftAt);
  tabs.now += 500;
  await tabs.tab().take(tabs.call("next"));
  expect(tabs.now - leftAt).toBe(3_000);
  expect(tabs.calls).toEqual(["next begins", "next ends"]);
});

// Fails when the note is written once only: the second call begins after three seconds, with the cookie that the first spends.
test("without locks, a call of twenty seconds keeps the next one waiting", async () => {
  const tabs = new Tabs(false);
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const began = tabs.now;
  const first = tabs.tab().take(async () => {
    await answered;
    tabs.calls.push("first ends");
  });
  const second = tabs.tab().take(tabs.call("second"));
  for (let step = 0; step < 1_000 && tabs.now - began < 20_000; step += 1) await Promise.resolve();
  expect(tabs.calls).toEqual([]);
  answer();
  await Promise.all([first, second]);
  expect(tabs.calls[0]).toBe("first ends");
});

test("a call that fails lets the next one go at once", async () => {
  const tabs = new Tabs();
  const before = tabs.now;
  await expect(tabs.tab().take(tabs.call("first", true))).rejects.toThrow("first");
  await tabs.tab().take(tabs.call("second"));
  expect(tabs.now).toBe(before);
});

test("a note that is no time, is old, or lies ahead keeps nobody waiting", async () => {
  for (const text of ["", "nonsense", "1", String(9_000_000)]) {
    const tabs = new Tabs();
    const before = tabs.now;
    tabs.text = text;
    await tabs.tab().take(tabs.call("only"));
    expect(tabs.now).toBe(before);
  }
});
