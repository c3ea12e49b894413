import {
  type BrowserCall,
  logOutAnywhere,
  redeemAnywhere,
  refreshAnywhere,
} from "@atlas/gateway/identity/browser-sign-in";
import { createLoginLink } from "@atlas/gateway/identity/login-links";
import type { SignIn } from "@atlas/gateway/identity/open-sign-in";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import * as requests from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { topics } from "@atlas/platform/topic/topics";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { SignInPlatform } from "../testing/sign-in-platform.ts";

const HERE = "10.0.0.1";
const ORIGIN = "http://127.0.0.1:8080";
const CLEARED = /^atlas_refresh_8080=; .*Max-Age=0/;

let platform: SignInPlatform;
let gateway: SignIn;

beforeEach(async () => {
  platform = new SignInPlatform();
  await platform.start();
  gateway = await platform.gateway();
});

/** A call by a page, with a cookie if it has one. */
function page(token = "", origin = ORIGIN): BrowserCall {
  const cookie = token === "" ? {} : { cookie: `atlas_refresh_8080=${token}` };
  const requestHeader = new Headers({ ...(origin === "" ? {} : { origin }), ...cookie });
  return { url: `${ORIGIN}/atlas.identity.v1.IdentityService/X`, requestHeader, responseHeader: new Headers() };
}

const anonymous = () => ({ deadline: platform.clock.monotonic() + 5_000, source: HERE });

async function call(secret = platform.files.get("cli.key") as string) {
  const header = new Headers({ authorization: `Bearer ${secret}` });
  const caller = await platform.run(gateway.authenticator.authenticate(header, HERE));
  return { ...caller, ...anonymous() };
}

async function newLink(): Promise<string> {
  const request = create(requests.CreateLoginLinkRequestSchema);
  return (await platform.run(createLoginLink(request, await call(), gateway.identity))).token;
}

function redeem(token: string, browser: BrowserCall, refreshCookie = true) {
  const request = create(requests.RedeemLoginLinkRequestSchema, { token, refreshCookie });
  return platform.run(redeemAnywhere(request, anonymous(), gateway.identity, browser));
}

function refresh(browser: BrowserCall, refreshToken = "") {
  const request = create(requests.RefreshTokenRequestSchema, { refreshToken });
  return platform.run(refreshAnywhere(request, anonymous(), gateway.identity, browser));
}

/** The token that an answer makes the browser keep. */
function kept({ responseHeader }: BrowserCall): string {
  return /^atlas_refresh_8080=([^;]+);/.exec(responseHeader.get("set-cookie") ?? "")?.[1] ?? "";
}

async function signIn() {
  const browser = page();
  const { tokens } = await redeem(await newLink(), browser);
  return { token: kept(browser), accessToken: tokens?.accessToken ?? "" };
}

async function logOut(accessToken: string, browser: BrowserCall): Promise<void> {
  const request = create(requests.LogOutRequestSchema);
  await platform.run(logOutAnywhere(request, await call(accessToken), gateway.identity, browser));
}

async function reasonOf(promise: Promise<unknown>): Promise<Reason | undefined> {
  return promise.then(
    () => undefined,
    (error: RefusalError) => error.refusal?.reason ?? Promise.reject(error),
  );
}

test("a page that asks for it gets the refresh token in the cookie only; it works there, and rotates", async () => {
  const browser = page();
  const { tokens } = await redeem(await newLink(), browser);
  expect(tokens).toMatchObject({ refreshToken: "" });
  expect(tokens?.refreshExpireTime).toBeDefined();
  const next = page(kept(browser));
  const refreshed = await refresh(next);
  expect(refreshed.tokens?.refreshToken).toBe("");
  expect(kept(next)).toMatch(/^s[\w-]{22}\.[\w-]{43}$/);
  expect(kept(next)).not.toBe(kept(browser));
  await call(refreshed.tokens?.accessToken);
});

test("who does not ask for it gets no cookie, whatever it sends along", async () => {
  const browser = page("some");
  const { tokens } = await redeem(await newLink(), browser, false);
  const { tokens: next } = await refresh(browser, tokens?.refreshToken);
  expect(next?.refreshToken).toMatch(/^[\w-]{43}$/);
  expect(browser.responseHeader.get("set-cookie")).toBeNull();
});

describe("a call that comes from no page of this platform", () => {
  test.each(["", "null", "https://evil.example"])("%j spends nothing", async (origin) => {
    const link = await newLink();
    const { token } = await signIn();
    const before = await platform.log.range(topics.identityCommands.name, 0);
    const foreign = [page("", origin), page(token, origin)] as const;
    expect(await reasonOf(redeem(link, foreign[0]))).toBe(Reason.FOREIGN_ORIGIN);
    expect(await reasonOf(refresh(foreign[1]))).toBe(Reason.FOREIGN_ORIGIN);
    expect((await platform.log.range(topics.identityCommands.name, 0)).end).toBe(before.end);
    expect(foreign.map(({ responseHeader }) => responseHeader.get("set-cookie"))).toEqual([null, null]);
    await refresh(page(token));
    await redeem(link, page());
  });
});

describe("a cookie that works no more is cleared", () => {
  test("D23: spent before: the family ends", async () => {
    const { token, accessToken } = await signIn();
    const next = page(token);
    await refresh(next);
    const again = page(token);
    expect(await reasonOf(refresh(again))).toBe(Reason.TOKEN_REUSED);
    expect(again.responseHeader.get("set-cookie")).toMatch(CLEARED);
    const rest = page(kept(next));
    expect(await reasonOf(refresh(rest))).toBe(Reason.NOT_SIGNED_IN);
    expect(rest.responseHeader.get("set-cookie")).toMatch(CLEARED);
    expect(await reasonOf(call(accessToken))).toBe(Reason.NOT_SIGNED_IN);
  });

  test("the session is logged out", async () => {
    const { token, accessToken } = await signIn();
    const browser = page(token);
    await logOut(accessToken, browser);
    expect(browser.responseHeader.get("set-cookie")).toMatch(CLEARED);
    expect(await reasonOf(refresh(page(token)))).toBe(Reason.NOT_SIGNED_IN);
  });
});

// Fails when whatever cookie there is gets cleared.
test("who logs out in a first tab leaves the cookie to who signed in later in a second one", async () => {
  const first = await signIn();
  const second = await signIn();
  const browser = page(second.token);
  await logOut(first.accessToken, browser);
  expect(browser.responseHeader.get("set-cookie")).toBeNull();
  expect(await reasonOf(refresh(page(first.token)))).toBe(Reason.NOT_SIGNED_IN);
  const next = page(second.token);
  await call((await refresh(next)).tokens?.accessToken);
  // A cookie that was renewed meanwhile is still of the session that ends.
  const renewed = page(kept(next));
  await logOut(second.accessToken, renewed);
  expect(renewed.responseHeader.get("set-cookie")).toMatch(CLEARED);
});

test("a browser without the cookie is not signed in, which is no guess however often it asks", async () => {
  for (let visit = 0; visit < 20; visit++) expect(await reasonOf(refresh(page()))).toBe(Reason.NOT_SIGNED_IN);
  await refresh(page((await signIn()).token));
});
