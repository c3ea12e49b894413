import { expect, test } from "vitest";
import type { Column } from "./column.ts";
import { csvOf } from "./csv.ts";

type Row = readonly [string, string];
const NAME: Column<Row> = { title: "Name", kind: "text", shown: ([name]) => name, exact: ([name]) => name };
const AMOUNT: Column<Row> = { title: "Amount, net", kind: "decimal", shown: () => "", exact: ([, amount]) => amount };

const rows: readonly { name: string; row: Row; line: string }[] = [
  { name: "decimals stand in full", row: ["a", "-0.123456789012345678"], line: "a,-0.123456789012345678" },
  { name: "commas are quoted", row: ["a,b", "1"], line: '"a,b",1' },
  { name: "quotes are doubled", row: ['say "a"', "1"], line: '"say ""a""",1' },
  { name: "line breaks stay within a cell", row: ["a\nb", "1"], line: '"a\nb",1' },
  { name: "a label is no formula", row: ["=HYPERLINK(1)", "1"], line: "'=HYPERLINK(1),1" },
  { name: "nothing is an empty cell", row: ["", ""], line: "," },
];

test.each(rows)("$name", ({ row, line }) => {
  expect(csvOf([NAME, AMOUNT], [row])).toBe(`Name,"Amount, net"\r\n${line}\r\n`);
});
