import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { REFRESH_LIFETIME } from "./token-pair.ts";

const NAME = "atlas_refresh";
/** Sent to the methods that sign in and out, and with nothing else. */
const PATH = `/${IdentityService.typeName}/`;

/** The refresh token that a browser keeps for its pages without showing it to them; empty: it keeps none (RFC 6265, 5.4). */
export function refreshCookieOf(requestHeader: Headers): string {
  for (const pair of (requestHeader.get("cookie") ?? "").split(";")) {
    const [name, value = ""] = pair.trim().split("=", 2);
    if (name === NAME) return value;
  }
  return "";
}

/** Makes the browser keep the token as long as it works. `secure`: the page came by https, and the cookie goes no other way. */
export function keepRefreshCookie(responseHeader: Headers, token: string, secure: boolean): void {
  responseHeader.set("set-cookie", cookie(token, REFRESH_LIFETIME / 1000, secure));
}

/** Makes the browser forget its token. */
export function clearRefreshCookie(responseHeader: Headers): void {
  responseHeader.set("set-cookie", cookie("", 0, false));
}

function cookie(value: string, maxAge: number, secure: boolean): string {
  const attributes = [
    `Path=${PATH}`,
    `Max-Age=${maxAge}`,
    "HttpOnly",
    "SameSite=Strict",
    ...(secure ? ["Secure"] : []),
  ];
  return [`${NAME}=${value}`, ...attributes].join("; ");
}
