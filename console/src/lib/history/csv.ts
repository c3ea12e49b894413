import type { Column } from "./column.ts";

/** What spreadsheets take for a formula when it begins so. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** RFC 4180: a head line, then a line for each row, decimals in full and times in UTC. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): string {
  const lines = [columns.map(({ title }) => quote(title)).join(",")];
  for (const row of rows) {
    lines.push(columns.map((column) => cellOf(column.exact(row), column.kind)).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

function cellOf(text: string, kind: Column<unknown>["kind"]): string {
  // A decimal may begin with a minus; text that begins like a formula is kept from becoming one.
  return quote(kind === "text" && FORMULA.test(text) ? `'${text}` : text);
}

function quote(text: string): string {
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
