import { expect, test } from "vitest";
import { record, table } from "./table.ts";

test("a table is aligned, numbers to the right, and shows a dash for what is not there (D11)", () => {
  const rows = [
    { name: "a", amount: "1.5" },
    { name: "", amount: "12345" },
  ];
  const text = table(
    rows,
    [
      { title: "name", of: (row) => row.name },
      { title: "amount", right: true, of: (row) => row.amount },
    ],
    "none",
  );
  expect(text.split("\n")).toEqual(["NAME  AMOUNT", "a        1.5", "-      12345"]);
  expect(table([], [], "none")).toBe("none");
});

test("a record leaves out what is empty", () => {
  expect(
    record([
      ["order", "o1"],
      ["reason", ""],
      ["status", "LIVE"],
    ]),
  ).toBe("order   o1\nstatus  LIVE");
});
