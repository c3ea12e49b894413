import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal } from "../refusal/refusal-error.ts";

/** How many entries a page holds; negative numbers do not get this far. */
export function pageSizeOf(asked: number): number {
  return asked === 0 ? 100 : Math.min(asked, 1_000);
}

/** What a list is of: its method and the filter's fields. ASCII by contract. */
export type PageFilter = readonly (string | number | bigint | boolean)[];

const SEPARATOR = "\n";
/** FNV-1a, 32 bits: a token says whether it fits its filter, not what the filter was. */
const FNV_PRIME = 0x01000193;
const FNV_BASIS = 0x811c9dc5;

/** A token for the page that begins behind `position`, bound to the filter. */
export function pageToken(filter: PageFilter, position: string): string {
  return btoa(`${fingerprint(filter)}${SEPARATOR}${position}`).replace(/=+$/, "");
}

/** The position in a token; `undefined`: no token. Refuses one of another list or filter with BAD_PAGE_TOKEN. */
export function positionOf(token: string, filter: PageFilter): string | undefined {
  if (token === "") return undefined;
  const [mark, position] = readToken(token).split(SEPARATOR);
  if (position !== undefined && mark === fingerprint(filter)) return position;
  throw badToken();
}

/** The same for a position that is a number. */
export function numberIn(token: string, filter: PageFilter): number | undefined {
  const position = positionOf(token, filter);
  if (position === undefined) return undefined;
  const number = Number(position);
  if (!Number.isSafeInteger(number) || String(number) !== position) throw badToken();
  return number;
}

export function badToken(): Error {
  return refusal(Reason.BAD_PAGE_TOKEN, "the page token is of another list or filter", { field: "page_token" });
}

function readToken(token: string): string {
  try {
    return atob(token);
  } catch {
    return "";
  }
}

function fingerprint(filter: PageFilter): string {
  let hash = FNV_BASIS;
  for (const character of filter.join("\u0000")) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), FNV_PRIME) >>> 0;
  }
  return hash.toString(36);
}
