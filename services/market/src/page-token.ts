import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";

/** How many entries a page holds; negative numbers do not get this far. */
export function pageSizeOf(asked: number): number {
  return asked === 0 ? 100 : Math.min(asked, 1_000);
}

/** A token for the page that begins at `position`, bound to the filter, which is ASCII: ids by contract, and numbers. */
export function pageToken(filter: readonly (string | number)[], position: number): string {
  return btoa([...filter, position].join("\n")).replace(/=+$/, "");
}

/** The position in a token; `undefined`: no token. Refuses one of another filter with BAD_PAGE_TOKEN. */
export function positionOf(token: string, filter: readonly (string | number)[]): number | undefined {
  if (token === "") return undefined;
  const position = Number(readToken(token).slice(filter.join("\n").length + 1));
  if (Number.isSafeInteger(position) && pageToken(filter, position) === token) return position;
  throw refusal(Reason.BAD_PAGE_TOKEN, "the page token is of another list or filter", { field: "page_token" });
}

function readToken(token: string): string {
  try {
    return atob(token);
  } catch {
    return "";
  }
}
