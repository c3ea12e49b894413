import type { OwnerPorts } from "./event-shard-owner.ts";
import { ImageIncomplete, ImageStore } from "./image-store.ts";
import type { InputShard, StatePart } from "./input-shard.ts";

/** What was restored. */
interface Restored {
  /** Offset of the first input that the image does not hold; 0: there is no image. */
  readonly nextInput: number;
  readonly bytes: number;
}

const NONE: Restored = { nextInput: 0, bytes: 0 };
/** How often an image that changes under the reader is loaded again before the log alone must do. */
const TRIES = 3;

/**
 * Restores the last image of a shard without an event log. All parts are read before the first is put in place. `goesOn`: it is known
 * through where its messages have left; else nothing is restored, for a link's chain is made from its first message on, and the image is
 * taken away: what is known when this owner is cut short lies below it. `refuseStopped` throws when nobody waits for the shard any more:
 * it is asked behind every fetch.
 */
export async function restoreImage(
  { store, warn, writer }: OwnerPorts,
  shard: InputShard<never, unknown>,
  images: ImageStore = new ImageStore(store, shard.name, writer),
  goesOn = true,
  refuseStopped: () => void = () => {},
): Promise<Restored> {
  for (let tries = 0; tries < TRIES; tries++) {
    refuseStopped();
    try {
      const manifest = await images.manifest();
      refuseStopped();
      if (manifest?.nextInput === undefined) return NONE;
      if (!goesOn) {
        await images.forget();
        break;
      }
      const parts = [];
      for (const entry of manifest.slabs)
        parts.push({ key: entry.key, bytes: await images.slab(entry, refuseStopped) });
      restoreParts(shard, parts);
      const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
      return { nextInput: Number(manifest.nextInput.offset), bytes };
    } catch (error) {
      if (!(error instanceof ImageIncomplete)) throw error;
      warn("an image is incomplete", { shard: shard.name, reason: error.message });
    }
  }
  warn("no image is usable: the shard is rebuilt from its whole log", { shard: shard.name });
  return NONE;
}

/** What a shard of this version cannot read leaves it as it was. */
function restoreParts(shard: InputShard<never, unknown>, parts: readonly StatePart[]): void {
  try {
    shard.restore(parts);
  } catch (error) {
    throw new ImageIncomplete(`it cannot be read: ${(error as Error).message}`);
  }
}
