import { expect, test } from "vitest";
import { type Column, sortRows } from "./column.ts";

function sorted(kind: Column<string>["kind"], isDescending: boolean, ...rows: readonly string[]): string {
  const column: Column<string> = { title: "", kind, shown: (row) => row, exact: (row) => row.split("/")[0] ?? "" };
  return sortRows(rows, column, isDescending).join(" ");
}

test("decimals sort by value, text by its letters", () => {
  expect(sorted("decimal", false, "10", "9.5", "-1")).toBe("-1 9.5 10");
  expect(sorted("text", false, "10", "9.5")).toBe("10 9.5");
  expect(sorted("decimal", true, "10", "9.5", "100")).toBe("100 10 9.5");
});

test("rows with nothing there come last both ways, and equal ones stay as they stood", () => {
  expect(sorted("decimal", false, "/a", "2/b", "1/c", "2/d")).toBe("1/c 2/b 2/d /a");
  expect(sorted("decimal", true, "/a", "2/b", "1/c", "2/d")).toBe("2/b 2/d 1/c /a");
});
