import { ImageManifestCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { decode } from "@atlas/gen/codec/codec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore, type StoreCall, type StoreFault } from "../memory/memory-store.ts";
import type { Store, StoreItem } from "../ports/store.ts";
import { ImageIncomplete, ImageStore } from "./image-store.ts";
import { ImageWriter } from "./image-writer.ts";

const SHARD = "oms/0";
const KEYS = ["a", "b", "c"] as const;
/** Changes at one event and never again. */
const IDLE = "idle";
const LAST_OF_IDLE = 8;
const CHUNK = 262_144;
/** Milliseconds after which a call has happened, whoever asked. */
const LATEST = 19;

/** Of a shard whose every event changes one slab, in turn. */
function changedAt(key: string, sequence: number): number {
  if (key === IDLE) return sequence < LAST_OF_IDLE ? 0 : LAST_OF_IDLE;
  const turn = KEYS.indexOf(key as (typeof KEYS)[number]);
  return Math.max(0, sequence - ((sequence - turn + KEYS.length) % KEYS.length));
}

/** The slab after that event: of one chunk or two. */
function slabAt(key: string, sequence: number): Uint8Array {
  const changed = changedAt(key, sequence);
  return new Uint8Array(changed % 2 === 0 ? 8 : CHUNK + 8).fill(changed);
}

/** A store that outlives the owners that write images of one shard to it. */
class Place {
  /** Every promise job has run behind a turn of the event loop. */
  readonly clock = manualClock({ turn: () => new Promise((resolve) => void setImmediate(resolve)) });
  fault: (call: StoreCall) => StoreFault | undefined = () => undefined;
  readonly store = memoryStore({ clock: this.clock, fault: (call) => (this.#looking ? undefined : this.fault(call)) });
  readonly warnings: string[] = [];
  #looking = false;
  #owners = 0;

  /** An owner that has come as far as this, and knows the image that stands. */
  async own(sequence: number): Promise<Owner> {
    const owner = new Owner(this, `process-${++this.#owners}`, sequence);
    await this.look(() => owner.load());
    await this.clock.advance(2);
    return owner;
  }

  /** Looks past every fault. */
  async look<T>(question: () => Promise<T>): Promise<T> {
    this.#looking = true;
    const answer = question();
    answer.catch(() => undefined);
    await this.clock.settle();
    await this.clock.settle();
    this.#looking = false;
    return answer;
  }

  async items(kind: "slab" | "draft"): Promise<string[]> {
    const query = { partition: SHARD, from: `${SHARD}/${kind}/`, to: `${SHARD}/${kind}/~`, limit: 1_000 };
    return (await this.look(() => this.store.query("atlas_shards", query))).map(({ key }) => key);
  }

  /** Sequence of the image that stands. */
  async standing(): Promise<number | undefined> {
    return (await this.look(() => this.store.get("atlas_shards", `${SHARD}/manifest`)))?.version;
  }

  /** The chunks that the manifest names, in the store's order. */
  async named(): Promise<string[]> {
    const manifest = await this.look(() => this.store.get("atlas_shards", `${SHARD}/manifest`));
    return manifest === undefined ? [] : chunksOf(manifest).sort();
  }

  /** The image that stands is whole, and each of its slabs is what it was at its sequence. */
  async check(): Promise<void> {
    const image = new ImageStore(this.store, SHARD, "reader");
    for (let before = ""; ; ) {
      const manifest = await this.look(() => image.manifest());
      for (const entry of manifest?.slabs ?? []) {
        const bytes = await this.look(() => image.slab(entry)).catch((error: Error) => error);
        if (bytes instanceof ImageIncomplete && before !== String(manifest?.sequence)) break;
        expect(Buffer.from(slabAt(entry.key, Number(entry.copied))).equals(bytes as Uint8Array)).toBe(true);
        expect(changedAt(entry.key, Number(entry.stamp))).toBeLessThanOrEqual(Number(entry.copied));
      }
      if (before === String(manifest?.sequence)) return;
      before = String(manifest?.sequence);
    }
  }
}

function chunksOf({ body }: StoreItem): string[] {
  return decode(ImageManifestCodec, body).slabs.flatMap(({ key, copied, chunks }) =>
    Array.from({ length: chunks }, (_, index) => `${SHARD}/slab/${key}/${copied}/${index}`),
  );
}

class Owner {
  readonly #writer: ImageWriter;
  sequence: number;
  #dead = false;

  constructor({ store, clock, warnings }: Place, name: string, sequence: number) {
    this.sequence = sequence;
    const ports = {
      ...{ clock, writer: name, imagePace: { changes: 1, milliseconds: 1 } },
      store: this.#mortal(store),
      warn: (message: string) => void warnings.push(`${name}: ${message}`),
    };
    this.#writer = new ImageWriter(ports, SHARD, {
      keys: () => [IDLE, ...KEYS],
      changedAt: (key) => changedAt(key, this.sequence),
      copy: (key) => slabAt(key, this.sequence),
      restore: () => undefined,
      clear: () => undefined,
    });
  }

  async load(): Promise<void> {
    const manifest = await this.#writer.images.manifest();
    if (manifest === undefined) return;
    this.sequence = Math.max(this.sequence, Number(manifest.sequence));
    const stamps = manifest.slabs.map(({ key, stamp }) => [key, Number(stamp)] as const);
    this.#writer.loaded(new Map(stamps), Number(manifest.sequence));
  }

  /** Decides so many events; an image is due. */
  decide(events: number): void {
    this.sequence += events;
    this.#writer.consider(this.sequence, { sequence: this.sequence, offset: 0 }, 1);
    this.#writer.acknowledged(this.sequence);
  }

  finish(): Promise<void> {
    return this.#writer.finish({ sequence: this.sequence, offset: 0 }, this.sequence);
  }

  /** What it has asked for happens; nothing more. */
  kill(): void {
    this.#dead = true;
    this.#writer.close();
  }

  #mortal(store: Store): Store {
    const ask = <T>(question: () => Promise<T>) => (this.#dead ? new Promise<T>(() => undefined) : question());
    return {
      get: (table, key) => ask(() => store.get(table, key)),
      query: (table, query) => ask(() => store.query(table, query)),
      put: (table, item) => ask(() => store.put(table, item)),
      putAll: (puts) => ask(() => store.putAll(puts)),
      remove: (table, keys) => ask(() => store.remove(table, keys)),
    };
  }
}

describe("chunks that no manifest names", () => {
  async function onlyWhatIsNamed(place: Place): Promise<void> {
    await place.check();
    expect(await place.items("slab")).toEqual(await place.named());
    expect((await place.items("draft")).length).toBeLessThanOrEqual(4);
  }

  test("F14: an owner dies between its chunks and its manifest: the next image removes them", async () => {
    const place = new Place();
    const first = await place.own(9);
    first.decide(1);
    await place.clock.advance(10);
    let puts = 0;
    place.fault = ({ operation }) => {
      if (operation !== "put" || ++puts < 2) return undefined;
      first.kill();
      return { kind: "refused" };
    };
    first.decide(3);
    await place.clock.advance(100);
    expect((await place.items("slab")).length).toBeGreaterThan((await place.named()).length);
    place.fault = () => undefined;
    const second = await place.own(15);
    second.decide(1);
    await place.clock.advance(100);
    await onlyWhatIsNamed(place);
  });

  test("I20, F10: an owner wakes up on its way to an image that is not wanted any more: it takes its chunks away", async () => {
    const place = new Place();
    const slow = await place.own(0);
    const fast = await place.own(0);
    place.fault = ({ operation }) => (operation === "putAll" ? { kind: "delayed", milliseconds: 100 } : undefined);
    slow.decide(1);
    await place.clock.advance(10);
    place.fault = () => undefined;
    for (let image = 0; image < 3; image++) {
      fast.decide(4);
      await place.clock.advance(10);
    }
    await place.clock.advance(1_000);
    await onlyWhatIsNamed(place);
  });

  test("I20: an owner on its way to a higher image keeps the chunks of the one that it builds on", async () => {
    const place = new Place();
    const slow = await place.own(0);
    const fast = await place.own(0);
    fast.decide(9);
    await place.clock.advance(10);
    slow.decide(1);
    await place.clock.advance(10);
    place.fault = ({ operation }) => (operation === "putAll" ? { kind: "delayed", milliseconds: 100 } : undefined);
    fast.decide(2);
    await place.clock.advance(10);
    place.fault = () => undefined;
    slow.decide(9);
    await place.clock.advance(10);
    expect(await place.standing()).toBe(10);
    await place.clock.advance(1_000);
    expect(await place.standing()).toBe(11);
    await place.check();
    fast.decide(1);
    await place.clock.advance(1_000);
    await onlyWhatIsNamed(place);
  });

  test("I20, F6, F14: two owners write images, die, are too slow, and the store fails: what stands is whole, and the next image stands and leaves nothing else", async () => {
    const step = fc.record({
      owner: fc.nat(1),
      events: fc.integer({ min: 1, max: 4 }),
      wait: fc.nat(25),
      dies: fc.nat(6).map((roll) => roll === 0),
    });
    const faults: StoreFault[] = [
      { kind: "refused" },
      { kind: "answer-lost" },
      { kind: "delayed", milliseconds: 7 },
      { kind: "delayed", milliseconds: LATEST },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.infiniteStream(fc.nat(12)), async (steps, luck) => {
        const place = new Place();
        place.fault = () => faults[luck.next().value ?? 9];
        const owners = [await place.own(0), await place.own(0)] as [Owner, Owner];
        for (const { owner, events, wait, dies } of steps) {
          const index = owner as 0 | 1;
          owners[index].decide(events);
          await place.clock.advance(wait);
          if (dies) {
            owners[index].kill();
            await place.clock.advance(LATEST);
            owners[index] = await place.own(Math.max(owners[0].sequence, owners[1].sequence) - 1);
          }
          await place.check();
        }
        place.fault = () => undefined;
        const [first, second] = owners;
        const ahead = first.sequence < second.sequence ? second : first;
        for (let round = 0; round < 2; round++) {
          await place.clock.advance(6_000);
          ahead.decide(1);
          await place.clock.advance(100);
        }
        expect(await place.standing()).toBe(ahead.sequence);
        await place.clock.advance(6_000);
        for (let round = 0; round < 5; round++) {
          owners[0].decide(100);
          await place.clock.advance(100);
        }
        await onlyWhatIsNamed(place);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a read of the manifest that fails (S19, F6)", () => {
  const refuseGets = ({ operation }: StoreCall): StoreFault | undefined =>
    operation === "get" ? { kind: "refused" } : undefined;

  test("on the way to an image: the next one names what has not changed since the last that stands", async () => {
    const place = new Place();
    const owner = await place.own(3);
    owner.decide(1);
    await place.clock.advance(10);
    place.fault = refuseGets;
    owner.decide(1);
    await place.clock.advance(5_000);
    place.fault = () => undefined;
    owner.decide(1);
    await place.clock.advance(10);
    expect(await place.standing()).toBe(6);
    expect(await place.named()).toContain(`${SHARD}/slab/b/4/0`);
    await place.check();
  });

  test("behind an image that does not stand: the next one finds what does", async () => {
    const place = new Place();
    const slow = await place.own(3);
    slow.decide(1);
    await place.clock.advance(10);
    const fast = await place.own(3);
    place.fault = ({ operation }) => (operation === "putAll" ? { kind: "delayed", milliseconds: 100 } : undefined);
    slow.decide(1);
    await place.clock.advance(10);
    place.fault = () => undefined;
    fast.decide(2);
    await place.clock.advance(10);
    expect(await place.standing()).toBe(6);
    place.fault = refuseGets;
    await place.clock.advance(1_000);
    place.fault = () => undefined;
    for (let round = 0; round < 2; round++) {
      await place.clock.advance(5_000);
      slow.decide(1);
      await place.clock.advance(10);
    }
    expect(place.warnings).toEqual(["process-1: an image could not be written"]);
    expect(await place.standing()).toBe(7);
    await place.check();
  });
});

test("S19, F6: an owner that cannot take back what does not stand names nothing that another has copied", async () => {
  const place = new Place();
  const slow = await place.own(0);
  const fast = await place.own(0);
  fast.decide(10);
  await place.clock.advance(10);
  slow.decide(5);
  await place.clock.advance(10);
  // It copies the first slabs as they are at 7, the last one as it is at 21.
  slow.decide(2);
  slow.decide(14);
  await place.clock.advance(10);
  expect(await place.named()).toEqual(expect.arrayContaining([`${SHARD}/slab/${IDLE}/7/0`, `${SHARD}/slab/c/21/0`]));
  place.fault = ({ operation }) => (operation === "remove" ? { kind: "refused" } : undefined);
  fast.decide(1);
  await place.clock.advance(5_000);
  place.fault = () => undefined;
  for (let round = 0; round < 2; round++) {
    fast.decide(11);
    await place.clock.advance(5_000);
    await place.check();
  }
  expect(await place.standing()).toBe(fast.sequence);
});

test("S19, S21: an image that another owner's keeps from standing is written whole five seconds later, and not before", async () => {
  const place = new Place();
  const slow = await place.own(3);
  const fast = await place.own(3);
  fast.decide(1);
  await place.clock.advance(10);
  slow.decide(2);
  await place.clock.advance(10);
  slow.decide(1);
  await place.clock.advance(4_000);
  expect(await place.standing()).toBe(4);
  await place.clock.advance(1_000);
  // An input that changes nothing.
  slow.decide(0);
  await place.clock.advance(10);
  expect(await place.standing()).toBe(6);
  expect(place.warnings).toEqual([]);
  await place.check();
});

test("S19, S21: one that stops knows no better, and writes its last image at once", async () => {
  const place = new Place();
  const slow = await place.own(3);
  const fast = await place.own(3);
  fast.decide(1);
  await place.clock.advance(10);
  slow.sequence += 2;
  const finished = slow.finish();
  await place.clock.advance(10);
  await finished;
  expect(await place.standing()).toBe(5);
  await place.check();
});

test("F14: a draft that is not what was written keeps no image from standing, and nothing is taken away meanwhile", async () => {
  const place = new Place();
  const owner = await place.own(3);
  for (const sequence of [4, 5]) {
    place.fault = ({ operation }) => (operation === "query" ? { kind: "damaged" } : undefined);
    owner.decide(1);
    await place.clock.advance(10_000);
    expect(await place.standing()).toBe(sequence);
    await place.check();
  }
  expect(place.warnings).toEqual([]);
});
