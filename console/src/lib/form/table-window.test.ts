import { expect, test } from "vitest";
import { tableWindow } from "./table-window.ts";

const SIGHT = { top: 0, height: 100, rowHeight: 20 };

/** Rows as `first-last`, with `+n` where so many are left out. */
function printed(count: number, top: number, held = -1): string {
  const rows = tableWindow(count, { ...SIGHT, top }, held);
  const parts: string[] = [];
  for (const { index, skipped } of rows) {
    if (skipped > 0) parts.push(`+${skipped}`);
    const last = parts.at(-1) ?? "";
    if (skipped > 0 || last === "") parts.push(`${index}-${index}`);
    else parts.splice(-1, 1, `${last.split("-")[0]}-${index}`);
  }
  return parts.join(" ");
}

const windows: readonly [string, number, number, string][] = [
  ["the beginning", 100, 0, "0-16"],
  ["the middle", 100, 1_000, "+44 44-60"],
  ["the end", 100, 1_900, "+89 89-99"],
  ["a scroll beyond the end, when rows went", 10, 1_900, "+9 9-9"],
  ["few rows", 3, 0, "0-2"],
  ["no rows", 0, 0, ""],
];
test.each(windows)("%s", (_, count, top, wanted) => {
  expect(printed(count, top)).toBe(wanted);
});

// Fails when only what is in sight is drawn: a button that goes takes the focus with it.
test("the row that has the focus stays drawn, wherever it is", () => {
  expect(printed(100, 1_000, 3)).toBe("+3 3-3 +40 44-60");
  expect(printed(100, 1_000, 90)).toBe("+44 44-60 +29 90-90");
  expect(printed(100, 1_000, 50)).toBe("+44 44-60");
  expect(printed(10, 0, 90)).toBe("0-9");
});
