import { type Page, PagedRows } from "./paged-rows.ts";

/** Where a history comes from. */
export interface HistorySource<Row> {
  keyOf(row: Row): string;
  read(pageToken: string, pageSize: number, signal: AbortSignal): Promise<Page<Row>>;
  /** What the server cannot choose by. */
  matches(row: Row): boolean;
}

/** As many rows as the platform tells at once. */
export const LARGE_PAGE = 1_000;

/** Every row there is, however many pages they fill; `told` hears how many have come. */
export async function readEvery<Row>(
  source: HistorySource<Row>,
  told: (count: number) => void,
  signal: AbortSignal,
): Promise<Row[]> {
  const rows: Row[] = [];
  let pageToken = "";
  do {
    const page = await source.read(pageToken, LARGE_PAGE, signal);
    for (const row of page.rows) if (source.matches(row)) rows.push(row);
    told(rows.length);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return rows;
}

/** The newest rows as one page: read on until there are `size`, or one that is known, for a page may be short before the last. */
export async function readNewest<Row>(
  source: HistorySource<Row>,
  size: number,
  isKnown: (row: Row) => boolean,
  signal: AbortSignal,
): Promise<Page<Row>> {
  const rows: Row[] = [];
  let nextPageToken = "";
  do {
    const page = await source.read(nextPageToken, size, signal);
    rows.push(...page.rows);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== "" && rows.length < size && !rows.some(isKnown));
  return { rows, nextPageToken };
}

/**
 * The newest rows from the first on, as far as `count` reaches, and at least to the first: those in place of others that were read
 * before.
 */
export async function readAgain<Row>(
  source: HistorySource<Row>,
  count: number,
  signal: AbortSignal,
): Promise<PagedRows<Row>> {
  const pages = new PagedRows<Row>((row) => source.keyOf(row));
  do pages.add(await source.read(pages.nextPageToken, LARGE_PAGE, signal));
  while (!pages.isComplete && pages.rows.length < Math.max(count, 1));
  return pages;
}
