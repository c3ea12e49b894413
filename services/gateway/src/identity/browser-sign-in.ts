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
  return { ...response, tokens: intoCookie(response.tokens, scheme, browser) };
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
  const kept = refreshCookieOf(browser.requestHeader);
  if (kept === "") throw refusal(Reason.NOT_SIGNED_IN, "the browser keeps no sign-in: sign in by a login link");
  try {
    const response = await refreshToken({ ...request, refreshToken: kept }, call, context);
    return { ...response, tokens: intoCookie(response.tokens, scheme, browser) };
  } catch (error) {
    if (isOver(error)) clearRefreshCookie(browser.responseHeader);
    throw error;
  }
}

/** Ends the caller's session, and what its browser keeps of one. */
export async function logOutAnywhere(
  request: LogOutRequest,
  call: CallContext,
  context: IdentityContext,
  browser: BrowserCall,
): Promise<LogOutResponse> {
  const response = await logOut(request, call, context);
  if (refreshCookieOf(browser.requestHeader) !== "") clearRefreshCookie(browser.responseHeader);
  return response;
}

function intoCookie(tokens: TokenPair | undefined, scheme: string, browser: BrowserCall): TokenPair {
  if (tokens === undefined) throw new Error("a session was answered without its tokens");
  keepRefreshCookie(browser.responseHeader, tokens.refreshToken, scheme === "https:");
  return { ...tokens, refreshToken: "" };
}

function isOver(error: unknown): boolean {
  const reason = error instanceof RefusalError ? error.refusal.reason : undefined;
  return reason === Reason.NOT_SIGNED_IN || reason === Reason.TOKEN_REUSED;
}
