import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { ControlIntake } from "../identity/record-intake.ts";

/** What the methods of InstrumentService need. */
export interface InstrumentContext {
  readonly intake: ControlIntake;
  readonly directory: ShardDirectory;
  readonly clock: Clock;
  readonly digest: Digest;
}

export const CONTROL_SHARD = "control/0";
