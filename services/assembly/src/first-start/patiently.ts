import { type Clock, sleep } from "@atlas/platform/ports/clock";
import { toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { Warn } from "@atlas/platform/shard/warn";
import { Code } from "@connectrpc/connect";

/** Milliseconds between two attempts. */
const PAUSE = 500;
/** What the same requests cure when they are sent again. */
const PASSING: readonly Code[] = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];

export interface PatientPorts {
  readonly clock: Clock;
  readonly warn: Warn;
  /** The process stops: nothing is tried again. */
  readonly signal: AbortSignal;
}

/**
 * Does what may be done twice again and again until it succeeds: a process that starts while shards move waits for them, as
 * `/readyz` says, and does not end.
 */
export async function patiently<Value>(
  work: () => Promise<Value>,
  { clock, warn, signal }: PatientPorts,
): Promise<Value> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await work();
    } catch (error) {
      const { code, rawMessage } = toConnectError(error);
      if (!PASSING.includes(code) || signal.aborted) throw error;
      if (!isTold) warn("the start waits for shards that cannot be asked", { reason: rawMessage });
      await sleep(clock, PAUSE);
      signal.throwIfAborted();
    }
  }
}
