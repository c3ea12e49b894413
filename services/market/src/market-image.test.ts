import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore, type StoreCall } from "@atlas/platform/memory/memory-store";
import { StoreUnavailable } from "@atlas/platform/ports/store";
import { beforeEach, expect, test } from "vitest";
import { type MarketImage, MarketImages } from "./market-image.ts";

let clock: ManualClock;
/** The store refuses the write of which this is true. */
let refuses: (call: StoreCall) => boolean;
let writes: number;

beforeEach(() => {
  clock = manualClock();
  refuses = () => false;
  writes = 0;
});

/** Images of one partition as two processes write them. */
function twoWriters(): readonly [MarketImages, MarketImages] {
  const fault = (call: StoreCall) => (refuses(call) ? ({ kind: "refused" } as const) : undefined);
  const store = memoryStore({ clock, fault });
  return [new MarketImages(store, 0), new MarketImages(store, 0)];
}

function image(shardSequence: number): MarketImage {
  return { shardSequence, nextOffset: shardSequence * 10, instruments: [] };
}

async function done<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  await clock.advance(100);
  return work;
}

/** The chunk is written, the manifest that names it is not. */
async function cutShort(images: MarketImages, shardSequence: number): Promise<void> {
  writes = 0;
  refuses = ({ operation }) => operation === "put" && ++writes === 2;
  await expect(done(images.save(image(shardSequence)))).rejects.toThrow(StoreUnavailable);
  refuses = () => false;
}

test("S19, I20: an image whose chunks another one's newer ones stand in the place of is not named: the one before stays whole", async () => {
  const [slow, fast] = twoWriters();
  await done(slow.save(image(5)));
  await cutShort(fast, 12);
  await done(slow.save(image(10)));
  expect(await done(slow.load())).toEqual(image(5));
  await done(slow.save(image(13)));
  expect(await done(fast.load())).toEqual(image(13));
});

test("S19, F6: an image whose manifest was refused is written again as it is", async () => {
  const [images] = twoWriters();
  await done(images.save(image(5)));
  await cutShort(images, 12);
  await done(images.save(image(12)));
  expect(await done(images.load())).toEqual(image(12));
});
