import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History } from "./history.svelte.ts";
import type { HistorySource } from "./history-reads.ts";

/** Outside a page nothing is drawn: runes are plain fields. */
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    "$state",
    Object.assign((value: unknown) => value, { raw: (value: unknown) => value }),
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Rows that a platform tells in one page; its first answer is lost. */
function lostOnce(rows: readonly string[]): HistorySource<string> {
  let reads = 0;
  return {
    keyOf: (row) => row,
    matches: () => true,
    read: () => {
      reads += 1;
      return reads === 1 ? Promise.reject(new Error("lost")) : Promise.resolve({ rows, nextPageToken: "" });
    },
  };
}

// Seen failing with a renewal that reads nothing where nothing has been read: it took the problem away, and no row came.
test.each(["renewSoon", "rereadSoon"] as const)("a history whose first read failed is read by %s", async (renewal) => {
  const history = new History(lostOnce(["b", "a"]));
  await history.readMore();
  expect(history.rows).toBeUndefined();
  expect(history.problem).not.toBe("");
  history[renewal]();
  await vi.runAllTimersAsync();
  expect(history.rows).toEqual(["b", "a"]);
  expect(history.isComplete).toBe(true);
  expect(history.problem).toBe("");
});

/** Rows that stand behind so much else that the platform's first page has none. */
function farBehind(rows: readonly string[]): HistorySource<string> {
  return {
    keyOf: (row) => row,
    matches: () => true,
    read: async (pageToken) => (pageToken === "" ? { rows: [], nextPageToken: "on" } : { rows, nextPageToken: "" }),
  };
}

// Seen failing with a renewal of one page: it was empty, did not reach what was held, and took all rows away.
test("rows far behind stay when the first page, which is empty, is read again", async () => {
  const history = new History(farBehind(["b", "a"]));
  await history.readMore();
  expect(history.rows).toEqual(["b", "a"]);
  history.renewSoon();
  await vi.runAllTimersAsync();
  expect(history.rows).toEqual(["b", "a"]);
  expect(history.isComplete).toBe(true);
});
