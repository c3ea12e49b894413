import { compactVerify, SignJWT } from "jose";
import type { SigningKey } from "./signing-key.ts";

/** What an access token says. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ISSUER = "atlas";
const AUDIENCE = "atlas-api";
const ALGORITHM = "EdDSA";
const TYPE = "at+jwt";
const LONGEST = 4_096;
/** Tokens whose signature was checked already: that costs 140 us, ten thousand times a look-up. */
const REMEMBERED = 4_096;

/** Signs and checks access tokens: JWTs by Ed25519, and by nothing else (F26). */
export class AccessTokens {
  readonly #key: SigningKey;
  readonly #verified = new Map<string, AccessClaims>();

  constructor(key: SigningKey) {
    this.#key = key;
  }

  /** `issuedAt` in milliseconds since the epoch; both times count in whole seconds. */
  sign(claims: AccessClaims, issuedAt: number): Promise<string> {
    return new SignJWT({ sid: claims.sessionId })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(claims.userId)
      .setIssuedAt(Math.floor(issuedAt / 1000))
      .setExpirationTime(Math.floor(claims.expiresAt / 1000))
      .sign(this.#key.private);
  }

  /**
   * What a token says, if this platform signed it; `undefined` if not, whatever is wrong with it. Whether it has expired
   * and its session goes on is for the caller to check, every time.
   */
  async verify(token: string): Promise<AccessClaims | undefined> {
    const known = this.#verified.get(token);
    if (known !== undefined) return known;
    const claims = token.length > LONGEST ? undefined : await this.#check(token);
    if (claims !== undefined) this.#remember(token, claims);
    return claims;
  }

  async #check(token: string): Promise<AccessClaims | undefined> {
    try {
      const { payload, protectedHeader } = await compactVerify(token, this.#key.public, { algorithms: [ALGORITHM] });
      return protectedHeader.typ === TYPE ? claimsOf(JSON.parse(new TextDecoder().decode(payload))) : undefined;
    } catch {
      return undefined;
    }
  }

  #remember(token: string, claims: AccessClaims): void {
    if (this.#verified.size >= REMEMBERED) {
      for (const oldest of this.#verified.keys()) {
        this.#verified.delete(oldest);
        break;
      }
    }
    this.#verified.set(token, claims);
  }
}

function claimsOf(payload: Readonly<Record<string, unknown>>): AccessClaims | undefined {
  const { iss, aud, sub, sid, exp } = payload;
  if (iss !== ISSUER || aud !== AUDIENCE) return undefined;
  if (typeof sub !== "string" || typeof sid !== "string" || !Number.isSafeInteger(exp)) return undefined;
  return { userId: sub, sessionId: sid, expiresAt: (exp as number) * 1000 };
}
