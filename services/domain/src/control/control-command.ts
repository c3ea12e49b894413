import type { InstrumentProposal } from "./instrument-terms.ts";

/** A user, or one key or session of theirs. */
export interface RevokedPrincipal {
  readonly userId: string;
  /** Empty: every key of the user. */
  readonly keyId: string;
}

export type ControlCommand =
  | { readonly type: "DEFINE_INSTRUMENT"; readonly proposal: InstrumentProposal }
  | { readonly type: "REVOKE_PRINCIPAL"; readonly revoked: RevokedPrincipal }
  | ActivateEngine;

/** An engine version is to hold at every shard (S26). */
export interface ActivateEngine {
  readonly type: "ACTIVATE_ENGINE";
  readonly version: number;
  /** Those that lived when it was asked for. */
  readonly processes: readonly ProcessEngine[];
}

/** A process and the engine versions that it carries; none stated: only the first. */
export interface ProcessEngine {
  readonly process: string;
  readonly versions: readonly number[];
}

/** A command with who asks and what makes a repeat of it recognisable. */
export interface ControlRequest {
  readonly command: ControlCommand;
  /** Empty: a repeat is not recognised. */
  readonly requestId: string;
  /** In hexadecimal. */
  readonly contentDigest: string;
  readonly principal: { readonly userId: string; readonly keyId: string } | undefined;
  /** Milliseconds since the epoch; `undefined`: no limit. */
  readonly validUntil: number | undefined;
}
