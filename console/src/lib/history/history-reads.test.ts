import { expect, test } from "vitest";
import { type HistorySource, readAgain, readEvery, readNewest } from "./history-reads.ts";

/** Rows from the highest number down; `matches` leaves out those that are multiples of ten. */
function sourceOf(count: number) {
  const sizes: number[] = [];
  const source: HistorySource<number> = {
    keyOf: String,
    matches: (row) => row % 10 !== 0,
    read: async (pageToken, pageSize) => {
      sizes.push(pageSize);
      const from = pageToken === "" ? count : Number(pageToken);
      const rows = Array.from({ length: Math.min(pageSize, from) }, (_, index) => from - index);
      return { rows, nextPageToken: from > pageSize ? String(from - pageSize) : "" };
    },
  };
  return { source, sizes };
}

const { signal } = new AbortController();

// Fails when an export ends with its first page.
test("an export has every row that is wanted, however many pages they fill, and says how many have come", async () => {
  const { source, sizes } = sourceOf(2_345);
  const told: number[] = [];
  const rows = await readEvery(source, (count) => told.push(count), signal);
  expect(rows).toHaveLength(2_345 - 234);
  expect([rows[0], rows.at(-1)]).toEqual([2_345, 1]);
  expect(told).toEqual([900, 1_800, 2_111]);
  expect(sizes).toEqual([1_000, 1_000, 1_000]);
});

test("rows are read again as far as they had been read, and no further", async () => {
  const { source, sizes } = sourceOf(5_000);
  const pages = await readAgain(source, 1_200, signal);
  expect(pages.rows).toHaveLength(2_000);
  expect([pages.isComplete, sizes.length]).toEqual([false, 2]);
  expect((await readAgain(sourceOf(3).source, 200, signal)).rows).toEqual([3, 2, 1]);
});

/** Pages as they are told, one after the other; all but the last have a token. */
function pagesOf(...told: readonly (readonly number[])[]): HistorySource<number> {
  return {
    keyOf: String,
    matches: () => true,
    read: async (pageToken) => {
      const at = Number(pageToken);
      return { rows: told[at] ?? [], nextPageToken: at + 1 < told.length ? String(at + 1) : "" };
    },
  };
}

// Seen failing with a read that ended with the first page: nothing was there, and nobody asked for more.
test("a page may be empty before the last: where nothing had been read, it is read on until there is a row", async () => {
  const pages = await readAgain(pagesOf([], [], [2], [1]), 0, signal);
  expect([pages.rows, pages.isComplete]).toEqual([[2], false]);
});

test.each([
  ["as many as a page has", 2, () => false, [5, 4], "2"],
  ["one that is known", 10, (row: number) => row === 3, [5, 4, 3], "3"],
  ["the end", 10, () => false, [5, 4, 3, 2], ""],
])(
  "the newest rows are read on from short pages until there are %s",
  async (_what, size, isKnown, rows, nextPageToken) => {
    const read = await readNewest(pagesOf([], [5, 4], [3], [2]), size, isKnown, signal);
    expect(read).toEqual({ rows, nextPageToken });
  },
);
