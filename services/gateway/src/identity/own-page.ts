import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";

/** What tells where a call came from. */
export interface PageCall {
  readonly requestHeader: Headers;
  /** As the client named it: with the host that it called. */
  readonly url: string;
}

/**
 * Throws FOREIGN_ORIGIN unless a page of the host that was called sent this. A browser sends its cookies along whoever made
 * it call, and says in `Origin`, which no page can forge, who did. Returns the page's scheme.
 */
export function requireOwnPage({ requestHeader, url }: PageCall): "http:" | "https:" {
  const origin = requestHeader.get("origin") ?? "";
  const { host } = new URL(url);
  const scheme = schemeOfPage(origin, host);
  // Sent to trustworthy addresses only; there it tells apart what `Origin` and host do not: http from https.
  const site = requestHeader.get("sec-fetch-site") ?? "same-origin";
  if (scheme !== undefined && site === "same-origin") return scheme;
  const who = origin === "" ? "a caller that names no page" : origin;
  throw refusal(Reason.FOREIGN_ORIGIN, `${who} may not use the cookies of ${host}`, { facts: { origin, host } });
}

function schemeOfPage(origin: string, host: string): "http:" | "https:" | undefined {
  if (!URL.canParse(origin)) return undefined;
  const page = new URL(origin);
  if (page.origin !== origin || page.host !== host) return undefined;
  return page.protocol === "http:" || page.protocol === "https:" ? page.protocol : undefined;
}
