import { expect, test } from "vitest";
import { pageOf } from "./page.ts";

const ids = (count: number) => Array.from({ length: count }, (_, index) => `id-${String(index).padStart(4, "0")}`);
const page = (rows: readonly string[], pageSize: number, pageToken = "", filter = "f") =>
  pageOf(rows, (id) => id, { pageSize, pageToken }, filter);

test.each([
  [0, 100],
  [1, 1],
  [1_000, 1_000],
  [5_000, 1_000],
])("a size of %i is %i", (asked, got) => {
  expect(page(ids(1_200), asked).rows).toHaveLength(got);
});

test("the last page has no token, also when it is full", () => {
  expect(page(ids(4), 4).nextPageToken).toBe("");
  expect(page([], 4)).toEqual({ rows: [], nextPageToken: "" });
});

test("rows that come and go between pages neither repeat nor hide another", () => {
  const first = page(["b", "d", "f"], 2);
  const second = page(["a", "c", "e", "f"], 2, first.nextPageToken);
  expect([first.rows, second.rows]).toEqual([
    ["b", "d"],
    ["e", "f"],
  ]);
});

test.each(["", "x", "f", "f\0a\0b"])("a token of %j is refused with BAD_PAGE_TOKEN", (content) => {
  const token = Buffer.from(content === "" ? "other\0a" : content).toString("base64url");
  expect(() => page(ids(3), 1, token)).toThrow("page token");
});
