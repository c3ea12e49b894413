import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { base64url, fromBase64url } from "@atlas/platform/text/base64url";

const USUAL_SIZE = 100;
const LARGEST_SIZE = 1_000;

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
  const after = request.pageToken === "" ? undefined : readToken(request.pageToken, filter);
  const size = request.pageSize === 0 ? USUAL_SIZE : Math.min(request.pageSize, LARGEST_SIZE);
  const left = rows.filter((row) => after === undefined || idOf(row) > after);
  const page = left.slice(0, size);
  const last = page.at(-1);
  const more = left.length > page.length && last !== undefined;
  return { rows: page, nextPageToken: more ? writeToken(filter, idOf(last)) : "" };
}

function writeToken(filter: string, id: string): string {
  return base64url(new TextEncoder().encode(`${filter}\0${id}`));
}

function readToken(token: string, filter: string): string {
  const bytes = fromBase64url(token);
  const text = bytes && new TextDecoder().decode(bytes);
  const [tokenFilter, id, ...rest] = text?.split("\0") ?? [];
  if (tokenFilter !== filter || id === undefined || rest.length > 0) {
    throw refusal(Reason.BAD_PAGE_TOKEN, "the page token is not of this list: start again without it", {
      field: "page_token",
    });
  }
  return id;
}
