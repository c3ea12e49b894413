import { type Clock, sleep } from "@atlas/platform/ports/clock";
import type { Warn } from "@atlas/platform/shard/warn";
import { Code, ConnectError } from "@connectrpc/connect";

/** Milliseconds between two attempts. */
const PAUSE = 500;
/** What the same requests cure when they are sent again. */
const PASSING: readonly Code[] = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted];

/**
 * Does what may be done twice again and again until it succeeds: a process that starts while shards move waits for them, as
 * `/readyz` says, and does not end.
 */
export async function patiently<Value>(work: () => Promise<Value>, clock: Clock, warn: Warn): Promise<Value> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await work();
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error);
      if (!PASSING.includes(code)) throw error;
      if (!isTold) warn("the start waits for shards that cannot be asked", { reason: rawMessage });
      await sleep(clock, PAUSE);
    }
  }
}
