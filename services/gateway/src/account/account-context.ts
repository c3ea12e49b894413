import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { CallContext } from "../call-context.ts";
import type { CommandIntake } from "../intake/command-intake.ts";
import type { LookUps } from "../intake/look-ups.ts";

/** What the commands of accounts need. */
export interface AccountContext {
  readonly intake: CommandIntake;
  readonly queries: AccountQueries;
  readonly lookUps: LookUps;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Grants the caller TRADER on an account; no further effect when it has been granted already. */
  readonly grantTrader: (accountId: string, call: CallContext) => Promise<void>;
}
