import { pageSizeOf, pageToken, positionOf } from "@atlas/platform/query/page";

/** What is asked for of a list that is sorted by id. */
export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

/**
 * A page of rows, sorted by id. Its token holds the last id shown and `filter`, to which it is bound: rows that come or go
 * meanwhile neither repeat nor hide another. Throws BAD_PAGE_TOKEN.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  request: PageRequest,
  filter: string,
): { readonly rows: Row[]; readonly nextPageToken: string } {
  const after = positionOf(request.pageToken, [filter]);
  const left = rows.filter((row) => after === undefined || idOf(row) > after);
  const page = left.slice(0, pageSizeOf(request.pageSize));
  const last = page.at(-1);
  const more = left.length > page.length && last !== undefined;
  return { rows: page, nextPageToken: more ? pageToken([filter], idOf(last)) : "" };
}
