import { describe, expect, test } from "vitest";
import { sleep } from "../ports/clock.ts";
import { ImageStore } from "./image-store.ts";
import { type Owned, TallyPlatform } from "./testing/tally-platform.ts";
import { TallyShard } from "./testing/tally-shard.ts";

/** An image of the shard after its first events, whose writer thought that what follows stands from `eventsOffset` on. */
async function imageAfter(platform: TallyPlatform, sequence: number, eventsOffset: number): Promise<void> {
  const shard = new TallyShard();
  for (const event of (await platform.events()).slice(0, sequence)) shard.evolve(event);
  const slabs = shard.slabs.keys().map((key) => ({ key, stamp: sequence, bytes: shard.slabs.copy(key) }));
  const written = new ImageStore(platform.store, shard.name, "slow").write(slabs, {
    sequence,
    eventsOffset,
    nextInput: undefined,
  });
  await platform.clock.advance(100);
  expect(await written).toBe(true);
}

test("S20, I20, F11: events that a faster owner wrote before an image's place on the log are found", async () => {
  const platform = new TallyPlatform();
  const fast = await platform.own();
  await platform.send(["a", "b"], 1);
  await platform.send(["a", "b"], 3);
  const [first] = await platform.frames("orders.events");
  if (first === undefined) throw new Error("nothing was written");
  // a slow owner's frame of the first two events lands behind the fast one's third and fourth
  const copied = platform.log.append("orders.events", 0, first.bytes);
  await platform.clock.advance(30);
  const { offset } = await copied;
  await platform.send(["c1"], 5);
  await imageAfter(platform, 2, offset);
  await platform.clock.advance(1_000);
  const successor = await platform.own();
  expect(platform.hash(successor.shard)).toBe(platform.hash(fast.shard));
  expect(successor.shard.sequence).toBe(5);
  expect(platform.failures).toEqual([]);
});

test("F13: a record of the event log that is no frame is passed over, loudly; one that is missing stops the start", async () => {
  const platform = new TallyPlatform();
  const first = await platform.own();
  await platform.send(["a", "b"], 1);
  const poison = platform.log.append("orders.events", 0, Uint8Array.of(1, 2, 3));
  await platform.clock.advance(30);
  await poison;
  await platform.send(["a"], 3);
  await platform.clock.advance(1_000);
  const second = await platform.own();
  expect(platform.hash(second.shard)).toBe(platform.hash(first.shard));
  expect(platform.warnings).toContain("a record of events cannot be read");
  await platform.send(["b"], 4);
  expect([first.shard.sequence, second.shard.sequence]).toEqual([4, 4]);
  expect(platform.failures).toEqual([]);
});

test.each(["oms/0/slab/rest/2/0", "oms/0/manifest", "oms/0/outputs"])(
  "S14, S19, S20, F14: %s that is not what was written sends the shard to its log, loudly, and is written anew",
  async (key) => {
    const platform = new TallyPlatform();
    const first = await platform.own();
    await platform.send(["a", "b"], 1);
    const stopped = first.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await stopped;
    platform.damaged = key;
    const second = await platform.own();
    expect(platform.hash(second.shard)).toBe(platform.hash(first.shard));
    await platform.send(["a"], 3);
    expect(second.shard.tally("a")).toBe(2);
    const again = second.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await again;
    const warned = platform.warnings.length;
    expect(warned).toBeGreaterThan(0);
    const third = await platform.own();
    expect(platform.hash(third.shard)).toBe(platform.hash(second.shard));
    expect(platform.warnings).toHaveLength(warned);
    expect(platform.failures).toEqual([]);
  },
);

test.each([
  ["a slab", "oms/0/slab/rest/2/0", "\xff\xff"],
  ["a slab, behind others that can be read,", "oms/0/slab/b/2/0", "\xff\xff"],
  ["a slab, behind a part that can be read,", "oms/0/slab/b/2/0", '{"b": 1, "b2": "x"}'],
  ["the manifest", "oms/0/manifest", "\xff\xff"],
])(
  "S19, S20, F14: %s with a right checksum that cannot be decoded sends the shard to its log, loudly",
  async (_, key, body) => {
    const platform = new TallyPlatform();
    const first = await platform.own();
    await platform.send(["a", "b"], 1);
    const stopped = first.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await stopped;
    const spoilt = platform.store.get("atlas_shards", key).then(async (item) => {
      if (item === undefined) throw new Error(`there is no ${key}`);
      await platform.store.remove("atlas_shards", [key]);
      await platform.store.put("atlas_shards", { ...item, body: Buffer.from(body, "latin1") });
    });
    await platform.clock.advance(10);
    await spoilt;
    const second = await platform.own();
    expect(platform.hash(second.shard)).toBe(platform.hash(first.shard));
    expect(platform.warnings).toContain("no image is usable: the shard is rebuilt from its whole log");
    await platform.send(["a"], 3);
    expect(second.shard.tally("a")).toBe(2);
    const again = second.owner.stop(5_000);
    await platform.clock.advance(1_000);
    await again;
    const warned = platform.warnings.length;
    const third = await platform.own();
    expect(platform.hash(third.shard)).toBe(platform.hash(second.shard));
    expect(platform.warnings).toHaveLength(warned);
  },
);

describe.each(["start", "standBy"] as const)(
  "S20: a recovery by %s that is stopped ends with what it is fetching",
  (how) => {
    /** Begins, is stopped after so long, and has all the time that it may want. */
    async function giveUp(platform: TallyPlatform, { owner }: Owned, milliseconds: number): Promise<unknown> {
      const outcome = owner[how]().then(
        () => "recovered",
        (error: Error) => error.message,
      );
      await platform.clock.advance(milliseconds);
      const stopped = owner.stop(0);
      await platform.clock.advance(60_000);
      await stopped;
      return outcome;
    }

    test("a slab of the image", async () => {
      let fetches: number | undefined;
      const platform = new TallyPlatform({
        store: () => {
          if (fetches === undefined) return undefined;
          fetches += 1;
          return { kind: "delayed", milliseconds: 100 };
        },
      });
      const first = await platform.own();
      await platform.send(["a", "b", "c", "d", "e", "f"], 1);
      const ended = first.owner.stop(5_000);
      await platform.clock.advance(1_000);
      await ended;
      fetches = 0;
      const second = platform.prepare();
      // The output positions, the manifest, and the first slab.
      expect(await giveUp(platform, second, 250)).toBe("oms/0 has stopped");
      expect([fetches, second.shard.sequence, second.shard.slabs.keys()]).toEqual([3, 0, ["rest"]]);
    });

    test("a page of events", async () => {
      const platform = new TallyPlatform();
      await platform.own();
      for (let number = 1; number <= 9; number++) await platform.send(["a"], number);
      const read = platform.log.read.bind(platform.log);
      let pages = 0;
      platform.log.read = async (topic, partition, from, bytes) => {
        pages += 1;
        await sleep(platform.clock, 100);
        return (await read(topic, partition, from, bytes)).slice(0, 1);
      };
      const second = platform.prepare();
      expect(await giveUp(platform, second, 250)).toBe("oms/0 has stopped");
      expect([pages, second.shard.sequence]).toEqual([3, 2]);
    });
  },
);
