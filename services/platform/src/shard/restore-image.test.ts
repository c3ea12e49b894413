import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { ImageStore } from "./image-store.ts";
import type { InputShard, StatePart } from "./input-shard.ts";
import { restoreImage } from "./restore-image.ts";

const NAME = "venue/0";

/** A place with an image of the state behind the input at offset 6. */
async function imageAtSeven() {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const written = new ImageStore(store, NAME, "w-1").write([{ key: "rest", stamp: 7, bytes: Uint8Array.of(1, 2) }], {
    ...{ sequence: 7, eventsOffset: 0, nextInput: 7 },
  });
  await clock.advance(100);
  await written;
  const restore = async (goesOn: boolean) => {
    const parts: StatePart[] = [];
    const shard = { name: NAME, restore: (all: readonly StatePart[]) => void parts.push(...all) };
    const ports = { store, warn, writer: "w-2" } as unknown as OwnerPorts;
    const restored = restoreImage(ports, shard as unknown as InputShard<never, unknown>, undefined, goesOn);
    await clock.advance(100);
    return { ...(await restored), parts: parts.length };
  };
  return { restore, warnings };
}

test("S12, S19: an image is restored whole", async () => {
  const { restore, warnings } = await imageAtSeven();
  expect(await restore(true)).toEqual({ nextInput: 7, bytes: 2, parts: 1 });
  expect(warnings).toEqual([]);
});

test("S14, F14: an image of which nobody knows what had left by then is gone for good: an owner that is cut short leaves positions below it", async () => {
  const { restore, warnings } = await imageAtSeven();
  expect(await restore(false)).toEqual({ nextInput: 0, bytes: 0, parts: 0 });
  expect(warnings).toEqual(["no image is usable: the shard is rebuilt from its whole log"]);
  expect(await restore(true)).toEqual({ nextInput: 0, bytes: 0, parts: 0 });
});
