import { manifestName, recordsName } from "@atlas/platform/archive/object-names";
import { packRecords } from "@atlas/platform/archive/records-object";
import { testCompression } from "@atlas/platform/archive/testing/test-compression";
import { seededChance } from "@atlas/platform/memory/seeded-chance";
import { type Archive, ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { sleep } from "@atlas/platform/ports/clock";
import { type Log, LogUnavailable } from "@atlas/platform/ports/log";
import { describe, expect, test } from "vitest";
import { ArchiveWorld, doomed, PACE, PARTITIONS } from "./archiver.fixture.ts";
import { PartitionArchiver } from "./partition-archiver.ts";

const EVENTS = "orders.events";
const PATIENCE = 10_000;
const BUSY = [
  [EVENTS, 0],
  [EVENTS, 1],
  ["market.data", 0],
  ["orders.commands", 0],
] as const;

/** The archive is sound and holds what the log does, from the first record to the last. */
async function expectWhole(world: ArchiveWorld): Promise<void> {
  expect(await world.problems()).toEqual([]);
  for (const topic of [EVENTS, "market.data"]) {
    for (let partition = 0; partition < (topic === EVENTS ? PARTITIONS.oms : PARTITIONS.venue); partition++) {
      const { end } = await world.log.range(topic, partition);
      const due = end === 0 ? [] : await world.log.read(topic, partition, 0, 1e9);
      expect(await world.archived(topic, partition)).toEqual(due);
    }
  }
}

async function written(): Promise<ArchiveWorld> {
  const world = new ArchiveWorld();
  await world.write(EVENTS, 0, 40);
  await world.write(EVENTS, 1, 3);
  await world.write("market.data", 0, 30);
  return world;
}

describe("what is archived when", () => {
  test("an object is written when enough waits, and the rest when it has waited long enough", async () => {
    const world = new ArchiveWorld();
    world.start();
    await world.write(EVENTS, 0, 50);
    const byBytes = world.ranges();
    expect(byBytes.length).toBeGreaterThan(1);
    const before = await world.archived(EVENTS, 0);
    expect(before.length).toBeLessThan(50);
    await world.clock.advance(PACE.milliseconds);
    expect(world.ranges()).toHaveLength(byBytes.length + 1);
    await expectWhole(world);
  });

  test("a platform on which nothing happens writes nothing", async () => {
    const world = await written();
    world.start();
    await world.clock.advance(PACE.milliseconds);
    const objects = world.objects.size;
    await world.clock.advance(100 * PACE.milliseconds);
    expect(world.objects.size).toBe(objects);
  });

  test("after a restart it goes on behind what stands", async () => {
    const world = await written();
    const first = world.start();
    await world.clock.advance(PACE.milliseconds);
    await first.stop(PATIENCE);
    await world.write(EVENTS, 0, 5);
    await world.clock.advance(PACE.milliseconds);
    world.start();
    await world.clock.advance(5_000);
    expect(world.ranges()).toContain(recordsName({ topic: EVENTS, partition: 0, offset: 40 }));
    await expectWhole(world);
  });

  test("F17: a clock that was set back an hour delays nothing beyond what was due", async () => {
    const world = new ArchiveWorld();
    world.start();
    await world.write(EVENTS, 0, 2);
    world.clock.shiftWall(-3_600_000);
    await world.clock.advance(PACE.milliseconds + 10_000);
    await expectWhole(world);
  });
});

describe("I22: every offset once, in order", () => {
  test("F19: killed at any call, before it or behind it, the next one goes on without gap or overlap", async () => {
    let isOver = false;
    let kills = 0;
    for (let call = 1; !isOver; call++) {
      for (const isHandedOver of [false, true]) {
        const world = await written();
        const dying = world.start({ ...PACE, milliseconds: 1 }, doomed(world, call, isHandedOver));
        await world.clock.advance(1_000);
        isOver = world.gauges.has("atlas_archive_lag_records orders.events");
        kills += isOver ? 0 : 1;
        void dying.stop(0);
        await world.write(EVENTS, 0, 2);
        world.start({ ...PACE, milliseconds: 1 });
        await world.clock.advance(10_000);
        await expectWhole(world);
      }
    }
    expect(kills).toBeGreaterThan(60);
  });

  test("two at once, one behind the other, do no harm", async () => {
    const world = await written();
    world.start({ bytes: 700, milliseconds: 5_000 });
    world.start({ bytes: 1_900, milliseconds: 1_000 });
    await world.write(EVENTS, 0, 40);
    await world.clock.advance(20_000);
    await expectWhole(world);
    expect(world.warnings).toEqual([]);
  });

  test("F18: an archive that refuses, forgets to answer, or does it late, is asked again until all is there", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = await written();
      const chance = seededChance(seed);
      const roll = (bound: number) => (chance.bytes(1)[0] as number) % bound;
      world.fault = () => {
        const milliseconds = 1 + roll(200) * 20;
        if (roll(3) > 0) return undefined;
        return [
          { kind: "refused" } as const,
          { kind: "answer-lost" } as const,
          { kind: "done-late", milliseconds } as const,
          { kind: "delayed", milliseconds } as const,
        ][roll(4)];
      };
      const first = world.start();
      const second = world.start({ bytes: 900, milliseconds: 10_000 });
      await world.write(EVENTS, 0, 30);
      await world.clock.advance(60_000);
      void second.stop(0);
      world.fault = () => undefined;
      await world.clock.advance(PACE.milliseconds + 120_000);
      await expectWhole(world);
      await first.stop(PATIENCE);
    }
  });

  test("F18: how far it is behind is told while the archive is away, from the start on", async () => {
    const world = await written();
    world.fault = () => ({ kind: "refused" });
    world.start();
    await world.clock.advance(300_000);
    expect(world.warnings).toHaveLength(1);
    expect(world.gauges.get("atlas_archive_lag_records orders.events")).toBe(43);
    expect(world.gauges.get("atlas_archive_lag_records control.commands")).toBe(0);
    world.fault = () => undefined;
    await world.clock.advance(300_000);
    expect(world.gauges.get("atlas_archive_lag_records orders.events")).toBe(0);
    await expectWhole(world);
  });

  test.each([
    ["refuses at once", 0],
    ["takes its time to refuse", 20_000],
  ])("F18: an archive that %s for an hour is told once, and once that archiving goes on", async (_, milliseconds) => {
    const world = await written();
    let isAway = false;
    const refused = async (): Promise<void> => {
      if (!isAway) return;
      await sleep(world.clock, milliseconds);
      throw new ArchiveUnavailable("refused");
    };
    const inner = world.archive();
    const archive: Archive = {
      create: (name, content) => refused().then(() => inner.create(name, content)),
      read: (name) => refused().then(() => inner.read(name)),
      list: (which) => refused().then(() => inner.list(which)),
    };
    world.start(PACE, { archive });
    await world.clock.advance(PACE.milliseconds);
    expect(world.warnings).toEqual([]);
    isAway = true;
    for (let round = 0; round < 30; round++) {
      for (const [topic, partition] of BUSY) await world.write(topic, partition, 1);
      await world.clock.advance(120_000);
    }
    // Until three wait each is told by its name.
    const told = world.warnings.length;
    expect(told).toBeLessThanOrEqual(3);
    expect(world.warnings.indexOf('archiving waits {"reason":"refused"}')).toBe(told - 1);
    isAway = false;
    await world.clock.advance(600_000);
    expect(world.warnings.slice(told)).toEqual(["archiving goes on {}"]);
    await expectWhole(world);
  });

  test("F12: a log that is away for an hour is told once, and once that archiving goes on", async () => {
    const world = await written();
    world.start();
    await world.clock.advance(PACE.milliseconds);
    world.log.setDown(true);
    await world.clock.advance(3_600_000);
    expect(world.warnings).toEqual(['archiving waits {"reason":"the log is down"}']);
    world.log.setDown(false);
    await world.clock.advance(120_000);
    expect(world.warnings.slice(1)).toEqual(["archiving goes on {}"]);
  });

  test("F12: a log that is away from the start on is told once, also when nobody is due for a while", async () => {
    const world = await written();
    const away = () => sleep(world.clock, 10_000).then(() => Promise.reject(new LogUnavailable("no answer")));
    const { append, trim, tail } = world.log;
    world.start(PACE, { log: { append, trim, tail, range: away, read: away } });
    await world.clock.advance(3_600_000);
    expect(world.warnings).toEqual(['archiving waits {"reason":"no answer"}']);
  });

  test("F12: while the log is away it waits, and goes on", async () => {
    const world = await written();
    world.log.setDown(true);
    world.start();
    await world.clock.advance(90_000);
    world.log.setDown(false);
    await world.clock.advance(PACE.milliseconds + 60_000);
    await expectWhole(world);
  });

  test("what the log dropped before it could be kept is told by the manifest, and by the verifier", async () => {
    const world = await written();
    const first = world.start();
    await world.clock.advance(PACE.milliseconds);
    await first.stop(PATIENCE);
    await world.write(EVENTS, 0, 10);
    await world.log.trim(EVENTS, 0, 45);
    world.start();
    await world.clock.advance(PACE.milliseconds + 10_000);
    expect(world.warnings).toEqual([expect.stringContaining("dropped")]);
    expect(await world.problems()).toEqual([expect.stringContaining("offsets 40 to 44 were gone from the log")]);
  });
});

describe("F18: a partition by itself", () => {
  const FIRST = "orders.commands/0";

  test("whose object is refused waits, is told, and keeps no other waiting", async () => {
    const world = await written();
    await world.write("orders.commands", 0, 5);
    world.fault = ({ name }) => (name.includes(FIRST) ? { kind: "refused" } : undefined);
    world.start();
    await world.clock.advance(PACE.milliseconds);
    await expectWhole(world);
    expect(world.warnings).toEqual([
      'a partition waits to be archived {"topic":"orders.commands","partition":0,"reason":"refused"}',
    ]);
    expect(world.gauges.get("atlas_archive_waiting_partitions orders.commands")).toBe(1);
    expect(world.gauges.get("atlas_archive_waiting_partitions orders.events")).toBe(0);
    await world.clock.advance(3_600_000);
    expect(world.warnings).toHaveLength(2);
    world.fault = () => undefined;
    await world.clock.advance(60_000);
    expect(await world.archived("orders.commands", 0)).toHaveLength(5);
    expect(world.gauges.get("atlas_archive_waiting_partitions orders.commands")).toBe(0);
  });

  test("F12: that has no leader waits, and keeps no other waiting", async () => {
    const world = await written();
    const away = () => Promise.reject(new LogUnavailable("no leader"));
    const isAway = (topic: string, partition: number) => `${topic}/${partition}` === FIRST;
    const log: Log = {
      ...{ append: world.log.append.bind(world.log), trim: world.log.trim.bind(world.log) },
      tail: world.log.tail.bind(world.log),
      range: (topic, partition) => (isAway(topic, partition) ? away() : world.log.range(topic, partition)),
      read: (topic, partition, from, most) =>
        isAway(topic, partition) ? away() : world.log.read(topic, partition, from, most),
    };
    world.start(PACE, { log });
    await world.clock.advance(PACE.milliseconds);
    await expectWhole(world);
    expect(world.warnings).toEqual([expect.stringContaining("no leader")]);
  });

  test("when all of a topic are refused the others come all the same, whichever it is", async () => {
    for (const denied of ["orders.commands", "orders.events", "market.data"]) {
      const world = await written();
      await world.write("orders.commands", 0, 5);
      world.fault = ({ name }) => (name.includes(`${denied}/`) ? { kind: "refused" } : undefined);
      world.start();
      await world.clock.advance(2 * PACE.milliseconds);
      for (const [topic, count] of [
        ["orders.commands", 5],
        ["orders.events", 40],
        ["market.data", 30],
      ] as const) {
        expect(await world.archived(topic, 0)).toHaveLength(topic === denied ? 0 : count);
      }
    }
  });

  test("of a topic that is refused are told by their names once the others are archived", async () => {
    const world = await written();
    for (const [topic, partition] of BUSY) await world.write(topic, partition, 1);
    world.fault = ({ name }) => (/orders.events|orders.commands.0/.test(name) ? { kind: "refused" } : undefined);
    world.start();
    await world.clock.advance(3_000_000);
    const lines = world.warnings.map((line) => line.slice(0, 30));
    expect(lines.filter((line) => line.startsWith("archiving")).length).toBeLessThanOrEqual(2);
    expect(lines.filter((line) => line.startsWith("a partition waits"))).toHaveLength(3);
  });

  test("while all are refused a round asks for a few", async () => {
    const world = await written();
    let calls = 0;
    world.fault = () => {
      calls += 1;
      return { kind: "refused" };
    };
    world.start();
    await world.clock.advance(600_000);
    expect(calls).toBeLessThan(100);
    expect(world.warnings).toEqual([expect.stringContaining("archiving waits")]);
  });
});

test("F18: of what cannot be written no more is held than its share", async () => {
  const world = await written();
  world.fault = ({ operation }) => (operation === "create" ? { kind: "refused" } : undefined);
  const ports = {
    ...{ log: world.log, archive: world.archive(), compression: testCompression, clock: world.clock },
    warn: () => undefined,
  };
  const archiver = new PartitionArchiver(ports, { topic: EVENTS, partition: 0 }, PACE);
  await archiver.measure();
  for (let times = 0; times < 3; times++) await archiver.look(300).catch(() => undefined);
  expect([archiver.heldBytes >= 300, archiver.heldBytes < 500]).toEqual([true, true]);
});

describe("an object without a manifest", () => {
  test("that holds what the log does not stops its partition, loudly, and no other", async () => {
    const world = await written();
    const [one, ...others] = await world.log.read(EVENTS, 0, 0, 1e9);
    const forged = [{ offset: 0, appendTime: one?.appendTime ?? 0, bytes: Uint8Array.of(1, 2, 3) }, ...others];
    const name = recordsName({ topic: EVENTS, partition: 0, offset: 0 });
    world.objects.set(name, (await packRecords(forged, testCompression)).object);
    world.start();
    await world.clock.advance(PACE.milliseconds);
    expect(world.warnings).toEqual([expect.stringContaining("the log differ at offset 0")]);
    expect(world.objects.has(manifestName({ topic: EVENTS, partition: 0, offset: 0 }))).toBe(false);
    expect(await world.archived("market.data", 0)).toHaveLength(30);
  });

  test("that ends above the log is not taken over", async () => {
    const world = await written();
    const all = await world.log.read(EVENTS, 1, 0, 1e9);
    const more = [...all, { offset: 3, appendTime: 1, bytes: Uint8Array.of(1) }];
    const name = recordsName({ topic: EVENTS, partition: 1, offset: 0 });
    world.objects.set(name, (await packRecords(more, testCompression)).object);
    world.start();
    await world.clock.advance(PACE.milliseconds);
    expect(world.warnings).toEqual([expect.stringContaining("ends at 3, and the log at 3")]);
  });
});
