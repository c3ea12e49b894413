import { type Clock, sleep } from "@atlas/platform/ports/clock";
import { LogUnavailable } from "@atlas/platform/ports/log";
import { StoreUnavailable } from "@atlas/platform/ports/store";
import type { Warn } from "@atlas/platform/shard/warn";

/** Milliseconds for which log or store may be away, and between two attempts. */
const PATIENCE = 60_000;
const PAUSE = 500;

/** Does what may be done twice again and again while log or store are away: they may be starting as this process does, or be busy. */
export async function throughOutage<Value>(work: () => Promise<Value>, clock: Clock, warn: Warn): Promise<Value> {
  const deadline = clock.monotonic() + PATIENCE;
  for (let isTold = false; ; isTold = true) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof LogUnavailable || error instanceof StoreUnavailable;
      if (!isPassing || clock.monotonic() > deadline) throw error;
      if (!isTold) warn("the start waits for log or store", { reason: error.message });
      await sleep(clock, PAUSE);
    }
  }
}
