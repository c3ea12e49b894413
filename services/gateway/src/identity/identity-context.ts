import type { PrincipalRevoked } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { Chance } from "@atlas/platform/ports/chance";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { AccessTokens } from "../access/access-tokens.ts";
import type { Freshness } from "../access/freshness.ts";
import type { GuessLimiter } from "../access/guess-limiter.ts";
import type { IdentityView } from "../access/identity-view.ts";
import type { IdentityIntake } from "./record-intake.ts";

/** What the methods of IdentityService need. */
export interface IdentityContext {
  readonly intake: IdentityIntake;
  readonly view: IdentityView;
  readonly freshness: Freshness;
  readonly tokens: AccessTokens;
  readonly guesses: GuessLimiter;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly digest: Digest;
  readonly queries: Pick<AccountQueries, "account">;
  /** Makes every order shard refuse a principal; resolves when all do. */
  readonly revoke: (principal: Pick<PrincipalRevoked, "userId" | "keyId">, deadline: number) => Promise<void>;
}

/** Who tries to sign in: nobody yet. */
export interface AnonymousCall {
  /** Clock's monotonic milliseconds at which the caller waits no longer. */
  readonly deadline: number;
  /** Where the call came from: an address, for bounds on guessing. */
  readonly source: string;
}
