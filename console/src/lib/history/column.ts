import { compare } from "../decimal/decimal.ts";

/** A column of a history: how it is shown, sorted and exported. */
export interface Column<Row> {
  readonly title: string;
  /** `decimal` sorts by value and stands at the right. */
  readonly kind: "text" | "decimal";
  /** As shown; a dash: there is nothing. */
  shown(row: Row): string;
  /** As exported, and what it is sorted by: decimals in full, times in UTC, empty if there is nothing. */
  exact(row: Row): string;
  /** More than is shown. */
  hint?(row: Row): string;
  /** A class of its own. */
  tone?(row: Row): string;
}

export interface Sorting {
  readonly title: string;
  readonly isDescending: boolean;
}

/** Rows by a column; equal ones stay as they stood, those with nothing come last. */
export function sortRows<Row>(rows: readonly Row[], { kind, exact }: Column<Row>, isDescending: boolean): Row[] {
  const keyed = rows.map((row) => ({ row, key: exact(row) }));
  const order = kind === "decimal" ? compare : compareText;
  keyed.sort((left, right) => {
    if (left.key === "" || right.key === "") return Number(left.key === "") - Number(right.key === "");
    return isDescending ? order(right.key, left.key) : order(left.key, right.key);
  });
  return keyed.map(({ row }) => row);
}

function compareText(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}
