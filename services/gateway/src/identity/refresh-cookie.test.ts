import { expect, test } from "vitest";
import { clearRefreshCookie, keepRefreshCookie, refreshCookieOf } from "./refresh-cookie.ts";

const PATH = "Path=/atlas.identity.v1.IdentityService/";

const sent: readonly [string, string][] = [
  ["atlas_refresh=abc", "abc"],
  ["theme=dark; atlas_refresh=abc-_9; other=1", "abc-_9"],
  ["atlas_refresh=abc; atlas_refresh=def", "abc"],
  ["atlas_refresh=", ""],
  ["atlas_refresh", ""],
  ["xatlas_refresh=abc", ""],
  ["theme=atlas_refresh=abc", ""],
  ["", ""],
];
test.each(sent)("%j holds the token %j", (cookie, token) => {
  expect(refreshCookieOf(new Headers({ cookie }))).toBe(token);
});

test("no cookie at all holds none", () => {
  expect(refreshCookieOf(new Headers())).toBe("");
});

test("a token is kept for the week that it works, out of reach of scripts and other sites", () => {
  const header = new Headers();
  keepRefreshCookie(header, "abc", false);
  expect(header.getSetCookie()).toEqual([`atlas_refresh=abc; ${PATH}; Max-Age=604800; HttpOnly; SameSite=Strict`]);
  keepRefreshCookie(header, "def", true);
  expect(header.getSetCookie()).toEqual([
    `atlas_refresh=def; ${PATH}; Max-Age=604800; HttpOnly; SameSite=Strict; Secure`,
  ]);
});

test("a token is forgotten at once", () => {
  const header = new Headers();
  clearRefreshCookie(header);
  expect(header.getSetCookie()).toEqual([`atlas_refresh=; ${PATH}; Max-Age=0; HttpOnly; SameSite=Strict`]);
});
