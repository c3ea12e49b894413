import { type TokenPair, TokenPairSchema } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import type { SessionAdvanced } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import type { AccessTokens } from "../access/access-tokens.ts";

/** Milliseconds that an access token works: short, for it is checked without asking who still knows its owner. */
const ACCESS_LIFETIME = 600_000;
/** Milliseconds that a refresh token works: a session that nobody used for a week is over. */
export const REFRESH_LIFETIME = 7 * 86_400_000;

/** The tokens of a session after `advanced`. `now`: milliseconds since the epoch. */
export async function tokenPair(
  advanced: SessionAdvanced,
  refreshToken: string,
  now: number,
  tokens: AccessTokens,
): Promise<TokenPair> {
  const { userId, sessionId, expireTime } = advanced;
  // Tokens count in whole seconds.
  const expiresAt = Math.floor((now + ACCESS_LIFETIME) / 1000) * 1000;
  return create(TokenPairSchema, {
    accessToken: await tokens.sign({ userId, sessionId, expiresAt }, now),
    accessExpireTime: timestampOf(expiresAt),
    refreshToken,
    refreshExpireTime: expireTime,
  });
}
