import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type CreateLoginLinkRequest,
  type CreateLoginLinkResponse,
  CreateLoginLinkResponseSchema,
  type RedeemLoginLinkRequest,
  type RedeemLoginLinkResponse,
  RedeemLoginLinkResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { base64url } from "@atlas/platform/text/base64url";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { newToken } from "../access/api-key-secret.ts";
import type { CallContext } from "../call-context.ts";
import { ask } from "./asked.ts";
import type { AnonymousCall, IdentityContext } from "./identity-context.ts";
import { REFRESH_LIFETIME, tokenPair } from "./token-pair.ts";

const USUAL_LIFETIME = 600_000;
const SESSION_BYTES = 16;

export async function createLoginLink(
  request: CreateLoginLinkRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<CreateLoginLinkResponse> {
  const { chance, clock, digest } = context;
  const userId = request.userId === "" ? call.principal.userId : request.userId;
  const { lifetime } = request;
  const milliseconds =
    lifetime === undefined ? USUAL_LIFETIME : Number(lifetime.seconds) * 1000 + Math.floor(lifetime.nanos / 1_000_000);
  const token = newToken(chance);
  const expireTime = timestampOf(Math.floor(clock.now()) + milliseconds);
  const value = { userId, tokenHash: digest.sha256(token), expireTime };
  await ask({ case: "createLoginLink", value }, call, context);
  // Behind the #: a browser sends it to no server, so that no log and no proxy ever holds it.
  return create(CreateLoginLinkResponseSchema, { path: `/login#${token}`, token, expireTime });
}

/** Nothing is tried from a source that is locked out, not even a token that would work. */
export async function redeemLoginLink(
  request: RedeemLoginLinkRequest,
  call: AnonymousCall,
  context: IdentityContext,
): Promise<RedeemLoginLinkResponse> {
  const { chance, clock, digest, guesses } = context;
  const guesser = `link ${call.source}`;
  const locked = guesses.refuse(guesser);
  if (locked !== undefined) throw locked;
  const sessionId = `s${base64url(chance.bytes(SESSION_BYTES))}`;
  const refreshToken = newToken(chance);
  const now = Math.floor(clock.now());
  const hashes = { tokenHash: digest.sha256(request.token), refreshHash: digest.sha256(refreshToken) };
  const value = { ...hashes, sessionId, expireTime: timestampOf(now + REFRESH_LIFETIME) };
  try {
    const { event } = await ask({ case: "redeemLoginLink", value }, { deadline: call.deadline }, context);
    if (event.case !== "sessionAdvanced") throw new Error("a login link was answered without a session");
    const tokens = await tokenPair(event.value, refreshToken, now, context.tokens);
    return create(RedeemLoginLinkResponseSchema, { tokens });
  } catch (error) {
    if (error instanceof RefusalError && error.refusal.reason === Reason.SPENT) guesses.fail(guesser);
    throw error;
  }
}
