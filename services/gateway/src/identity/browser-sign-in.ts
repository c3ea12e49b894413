import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type {
  LogOutRequest,
  LogOutResponse,
  RedeemLoginLinkRequest,
  RedeemLoginLinkResponse,
  RefreshTokenRequest,
  RefreshTokenResponse,
  TokenPair,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { CallContext } from "../call-context.ts";
import type { AnonymousCall, IdentityContext } from "./identity-context.ts";
import { redeemLoginLink } from "./login-links.ts";
import { type PageCall, requireOwnPage } from "./own-page.ts";
import { clearRefreshCookie, keepRefreshCookie, refreshCookieOf } from "./refresh-cookie.ts";
import { logOut, refreshToken } from "./sessions.ts";

/** A call as a browser makes it, with the cookies that it has and gets. */
export interface BrowserCall extends PageCall {
  readonly responseHeader: Headers;
}

/** Redeems a link for whoever calls; a page that asks for it has its refresh token kept in the cookie. */
export async function redeemAnywhere(
  request: RedeemLoginLinkRequest,
  call: AnonymousCall,
  context: IdentityContext,
  browser: BrowserCall,
): Promise<RedeemLoginLinkResponse> {
  if (!request.refreshCookie) return redeemLoginLink(request, call, context);
  const scheme = requireOwnPage(browser);
  const response = await redeemLoginLink(request, call, context);
  return { ...response, tokens: await intoCookie(response.tokens, scheme, context, browser) };
}

/** Refreshes by the request's token, or by the cookie's. One that works no more is cleared: asked again, it would count as a guess. */
export async function refreshAnywhere(
  request: RefreshTokenRequest,
  call: AnonymousCall,
  context: IdentityContext,
  browser: BrowserCall,
): Promise<RefreshTokenResponse> {
  if (request.refreshToken !== "") return refreshToken(request, call, context);
  const scheme = requireOwnPage(browser);
  const kept = refreshCookieOf(browser.requestHeader, browser.url);
  if (kept === undefined) throw refusal(Reason.NOT_SIGNED_IN, "the browser keeps no sign-in: sign in by a login link");
  try {
    const response = await refreshToken({ ...request, refreshToken: kept.token }, call, context);
    return { ...response, tokens: await intoCookie(response.tokens, scheme, context, browser) };
  } catch (error) {
    if (isOver(error)) clearRefreshCookie(browser.responseHeader, browser.url);
    throw error;
  }
}

/** Ends the caller's session, and what its browser keeps of it: who signed in there since, in another tab, stays signed in. */
export async function logOutAnywhere(
  request: LogOutRequest,
  call: CallContext,
  context: IdentityContext,
  browser: BrowserCall,
): Promise<LogOutResponse> {
  const response = await logOut(request, call, context);
  const kept = refreshCookieOf(browser.requestHeader, browser.url);
  if (kept?.sessionId === call.principal.keyId) clearRefreshCookie(browser.responseHeader, browser.url);
  return response;
}

async function intoCookie(
  pair: TokenPair | undefined,
  scheme: string,
  { tokens }: IdentityContext,
  { responseHeader, url }: BrowserCall,
): Promise<TokenPair> {
  const claims = pair === undefined ? undefined : await tokens.verify(pair.accessToken);
  if (pair === undefined || claims === undefined) throw new Error("a session was answered without its tokens");
  const kept = { sessionId: claims.sessionId, token: pair.refreshToken };
  keepRefreshCookie(responseHeader, kept, url, scheme === "https:");
  return { ...pair, refreshToken: "" };
}

function isOver(error: unknown): boolean {
  const reason = error instanceof RefusalError ? error.refusal.reason : undefined;
  return reason === Reason.NOT_SIGNED_IN || reason === Reason.TOKEN_REUSED;
}
