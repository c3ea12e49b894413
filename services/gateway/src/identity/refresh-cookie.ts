import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { REFRESH_LIFETIME } from "./token-pair.ts";

const NAME = "atlas_refresh";
/** Sent to the methods that sign in and out, and with nothing else. */
const PATH = `/${IdentityService.typeName}/`;
/** Neither a session's id nor a token has one. */
const SEPARATOR = ".";

/** A browser's sign-in. */
export interface KeptSignIn {
  /** Tells whose the cookie is without spending its token. */
  readonly sessionId: string;
  /** The refresh token. */
  readonly token: string;
}

/**
 * What a browser keeps for its pages without showing it to them; `undefined`: nothing (RFC 6265, 5.4). `url`: as the browser
 * called it.
 */
export function refreshCookieOf(requestHeader: Headers, url: string): KeptSignIn | undefined {
  const wanted = nameFor(url);
  for (const pair of (requestHeader.get("cookie") ?? "").split(";")) {
    const [name, value = ""] = pair.trim().split("=", 2);
    if (name !== wanted) continue;
    const [sessionId = "", token = ""] = value.split(SEPARATOR, 2);
    return token === "" ? undefined : { sessionId, token };
  }
  return undefined;
}

/** Makes the browser keep it as long as it works. `secure`: the page came by https, and the cookie goes no other way. */
export function keepRefreshCookie(responseHeader: Headers, kept: KeptSignIn, url: string, secure: boolean): void {
  const value = `${kept.sessionId}${SEPARATOR}${kept.token}`;
  responseHeader.set("set-cookie", cookie(nameFor(url), value, REFRESH_LIFETIME / 1000, secure));
}

/** Makes the browser forget it. */
export function clearRefreshCookie(responseHeader: Headers, url: string): void {
  responseHeader.set("set-cookie", cookie(nameFor(url), "", 0, false));
}

/** With the port: cookies know none (RFC 6265, 8.5), and platforms on one host would overwrite each other's. */
function nameFor(url: string): string {
  const { port } = new URL(url);
  return port === "" ? NAME : `${NAME}_${port}`;
}

function cookie(name: string, value: string, maxAge: number, secure: boolean): string {
  const attributes = [
    `Path=${PATH}`,
    `Max-Age=${maxAge}`,
    "HttpOnly",
    "SameSite=Strict",
    ...(secure ? ["Secure"] : []),
  ];
  return [`${name}=${value}`, ...attributes].join("; ");
}
