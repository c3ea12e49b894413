import { expect, test } from "vitest";
import { clearRefreshCookie, keepRefreshCookie, refreshCookieOf } from "./refresh-cookie.ts";

const PATH = "Path=/atlas.identity.v1.IdentityService/";
const URL_HERE = `http://127.0.0.1:8080/atlas.identity.v1.IdentityService/RefreshToken`;

const sent: readonly [string, string | undefined][] = [
  ["atlas_refresh_8080=s1.abc", "s1 abc"],
  ["theme=dark; atlas_refresh_8080=s1.abc-_9; other=1", "s1 abc-_9"],
  ["atlas_refresh_8080=s1.abc; atlas_refresh_8080=s2.def", "s1 abc"],
  ["atlas_refresh_8081=s2.def; atlas_refresh_8080=s1.abc", "s1 abc"],
  ["atlas_refresh_8081=s2.def", undefined],
  ["atlas_refresh=s2.def", undefined],
  ["atlas_refresh_8080=", undefined],
  ["atlas_refresh_8080=abc", undefined],
  ["atlas_refresh_8080=s1.", undefined],
  ["atlas_refresh_8080", undefined],
  ["xatlas_refresh_8080=s1.abc", undefined],
  ["theme=atlas_refresh_8080=s1.abc", undefined],
  ["", undefined],
];
test.each(sent)("%j holds the session and token %j", (cookie, wanted) => {
  const kept = refreshCookieOf(new Headers({ cookie }), URL_HERE);
  expect(kept && `${kept.sessionId} ${kept.token}`).toBe(wanted);
});

test("no cookie at all holds none", () => {
  expect(refreshCookieOf(new Headers(), URL_HERE)).toBeUndefined();
});

test("a token is kept for the week that it works, out of reach of scripts and other sites", () => {
  const header = new Headers();
  keepRefreshCookie(header, { sessionId: "s1", token: "abc" }, URL_HERE, false);
  expect(header.getSetCookie()).toEqual([
    `atlas_refresh_8080=s1.abc; ${PATH}; Max-Age=604800; HttpOnly; SameSite=Strict`,
  ]);
  // Behind a proxy at the usual port of https the address names none.
  keepRefreshCookie(header, { sessionId: "s1", token: "def" }, "http://atlas.example/x", true);
  expect(header.getSetCookie()).toEqual([
    `atlas_refresh=s1.def; ${PATH}; Max-Age=604800; HttpOnly; SameSite=Strict; Secure`,
  ]);
});

test("a token is forgotten at once", () => {
  const header = new Headers();
  clearRefreshCookie(header, URL_HERE);
  expect(header.getSetCookie()).toEqual([`atlas_refresh_8080=; ${PATH}; Max-Age=0; HttpOnly; SameSite=Strict`]);
});
