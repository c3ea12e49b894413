import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore, type StoreCall, type StoreFault } from "@atlas/platform/memory/memory-store";
import { StoreUnavailable } from "@atlas/platform/ports/store";
import { beforeEach, expect, test } from "vitest";
import { type MarketImage, MarketImages } from "./market-image.ts";

const LATE: StoreFault = { kind: "delayed", milliseconds: 50 };

let clock: ManualClock;
/** What befalls so many writes from now on, in their order. */
let befall: (StoreFault | undefined)[];

beforeEach(() => {
  clock = manualClock();
  befall = [];
});

/** Images of one partition as two processes write them. */
function twoWriters(): readonly [MarketImages, MarketImages] {
  const fault = ({ operation }: StoreCall) => (operation === "put" ? befall.shift() : undefined);
  const store = memoryStore({ clock, fault });
  return [new MarketImages(store, 0), new MarketImages(store, 0)];
}

function image(shardSequence: number): MarketImage {
  return { shardSequence, nextOffset: shardSequence * 10, instruments: [] };
}

async function done<T>(work: Promise<T>, within = 100): Promise<T> {
  work.catch(() => undefined);
  await clock.advance(within);
  return work;
}

/** The chunk is written, the manifest that names it is not. */
async function cutShort(images: MarketImages, shardSequence: number): Promise<void> {
  befall = [undefined, { kind: "refused" }];
  await expect(done(images.save(image(shardSequence)))).rejects.toThrow(StoreUnavailable);
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

test("S19, I20: the image before stands while another one's newer chunks come in between the last one's and its manifest", async () => {
  const [slow, fast] = twoWriters();
  await done(slow.save(image(5)));
  befall = [undefined, LATE];
  const named = slow.save(image(10));
  await clock.settle();
  await cutShort(fast, 12);
  await named;
  expect(await done(slow.load())).toEqual(image(5));
  await done(slow.save(image(13)));
  expect(await done(fast.load())).toEqual(image(13));
});

test("S19, I20: the image before stands while another one's newer chunks come over the last one", async () => {
  const [slow, fast] = twoWriters();
  await done(slow.save(image(5)));
  befall = [LATE];
  const cut = fast.save(image(12));
  await clock.settle();
  const saved = slow.save(image(10));
  await clock.settle();
  await saved;
  expect(await done(slow.load(), 1)).toEqual(image(10));
  befall = [{ kind: "refused" }];
  await expect(done(cut)).rejects.toThrow(StoreUnavailable);
  expect(await done(slow.load())).toEqual(image(5));
});

test("S19, F6: an image whose manifest was refused is written again as it is", async () => {
  const [images] = twoWriters();
  await done(images.save(image(5)));
  await cutShort(images, 12);
  await done(images.save(image(12)));
  expect(await done(images.load())).toEqual(image(12));
});
