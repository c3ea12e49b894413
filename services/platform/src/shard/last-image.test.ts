import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { ImageWriter } from "./image-writer.ts";

/** A shard of one slab that ends at `sequence`, and asks for its last image. */
async function finish(sequence: number, acknowledged: number): Promise<number | undefined> {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const writer = new ImageWriter({ store, clock, warn: () => undefined, writer: "w" }, "oms/0", {
    keys: () => ["rest"],
    changedAt: () => sequence,
    copy: () => new Uint8Array([sequence]),
    restore: () => undefined,
    clear: () => undefined,
  });
  const finished = writer.finish({ sequence: acknowledged, offset: 0 }, sequence);
  await clock.advance(100);
  await finished;
  const manifest = writer.images.manifest();
  await clock.settle();
  const standing = await manifest;
  return standing && Number(standing.sequence);
}

test("S19: the last image holds all that was decided", async () => {
  expect(await finish(10, 10)).toBe(10);
});

test("I21: there is none of what is not acknowledged, for its slabs would say that they hold less than they do", async () => {
  expect(await finish(10, 9)).toBe(undefined);
});
