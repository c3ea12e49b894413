import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type LogOutRequest,
  type LogOutResponse,
  LogOutResponseSchema,
  type RefreshTokenRequest,
  type RefreshTokenResponse,
  RefreshTokenResponseSchema,
  type WhoAmIRequest,
  type WhoAmIResponse,
  WhoAmIResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { newToken } from "../access/api-key-secret.ts";
import type { CallContext } from "../call-context.ts";
import { ask, userAsIs } from "./asked.ts";
import type { AnonymousCall, IdentityContext } from "./identity-context.ts";
import { REFRESH_LIFETIME, tokenPair } from "./token-pair.ts";

/** Nothing is tried from a source that is locked out, not even a token that would work. */
export async function refreshToken(
  request: RefreshTokenRequest,
  call: AnonymousCall,
  context: IdentityContext,
): Promise<RefreshTokenResponse> {
  const { chance, clock, digest, guesses } = context;
  const guesser = `refresh ${call.source}`;
  const locked = guesses.refuse(guesser);
  if (locked !== undefined) throw locked;
  const next = newToken(chance);
  const now = Math.floor(clock.now());
  const hashes = { refreshHash: digest.sha256(request.refreshToken), nextHash: digest.sha256(next) };
  const value = { ...hashes, expireTime: timestampOf(now + REFRESH_LIFETIME) };
  try {
    const { event } = await ask({ case: "rotateRefreshToken", value }, { deadline: call.deadline }, context);
    if (event.case !== "sessionAdvanced") throw reused();
    const tokens = await tokenPair(event.value, next, now, context.tokens);
    return create(RefreshTokenResponseSchema, { tokens });
  } catch (error) {
    if (error instanceof RefusalError && isWrong(error.refusal.reason)) guesses.fail(guesser);
    throw error;
  }
}

/** Ends the session that the call came by; an API key has none. */
export async function logOut(
  _request: LogOutRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<LogOutResponse> {
  const { keyId: sessionId } = call.principal;
  if (context.view.apiKey(sessionId) === undefined) {
    await ask({ case: "endSession", value: { sessionId } }, call, context);
  }
  return create(LogOutResponseSchema);
}

export function whoAmI(_request: WhoAmIRequest, call: CallContext, context: IdentityContext): WhoAmIResponse {
  const { userId, keyId } = call.principal;
  return create(WhoAmIResponseSchema, { user: userAsIs(userId, context), keyId });
}

function reused(): RefusalError {
  return refusal(Reason.TOKEN_REUSED, "the refresh token was used before: its session has ended, sign in again");
}

function isWrong(reason: Reason): boolean {
  return reason === Reason.NOT_SIGNED_IN || reason === Reason.TOKEN_REUSED;
}
