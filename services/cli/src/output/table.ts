/** A column of a table of `T`. */
export interface Column<T> {
  readonly title: string;
  readonly right?: boolean;
  readonly of: (row: T) => string;
}

/** Rows under their titles, aligned; absent values are dashes. Without rows: `empty`. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], empty: string): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => columns.map((column) => column.of(row) || "-"));
  const lines = [columns.map((column) => column.title.toUpperCase()), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? "").length)));
  return lines.map((line) => joined(line, columns, widths)).join("\n");
}

function joined<T>(line: readonly string[], columns: readonly Column<T>[], widths: readonly number[]): string {
  return line
    .map((cell, index) => (columns[index]?.right ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0)))
    .join("  ")
    .trimEnd();
}

/** `name: value` lines, aligned; empty values are left out. */
export function record(entries: readonly (readonly [string, string])[]): string {
  const kept = entries.filter(([, value]) => value !== "");
  const width = Math.max(0, ...kept.map(([name]) => name.length));
  return kept.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}
