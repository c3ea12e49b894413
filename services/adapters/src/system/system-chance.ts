import { randomFillSync } from "node:crypto";
import type { Chance } from "@atlas/platform/ports/chance";

const POOL_BYTES = 4_096;

/** The system's random generator, fit for secrets. Drawn in advance: a call to it costs more than an id needs. */
export function systemChance(): Chance {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(length) {
      if (length > POOL_BYTES / 4) return randomFillSync(new Uint8Array(length));
      if (used + length > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const drawn = pool.slice(used, used + length);
      // What was handed out is a secret of its receiver.
      pool.fill(0, used, used + length);
      used += length;
      return drawn;
    },
  };
}
