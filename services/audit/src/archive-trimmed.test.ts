import { manifestName, recordsName } from "@atlas/platform/archive/object-names";
import { ALL_TIMES, readRecords } from "@atlas/platform/archive/read-records";
import { packRecords } from "@atlas/platform/archive/records-object";
import { testCompression, testDigest } from "@atlas/platform/archive/testing/test-compression";
import { describe, expect, test } from "vitest";
import { ArchiveWorld, PACE } from "./archiver.fixture.ts";

const EVENTS = "orders.events";
const PATIENCE = 10_000;
const QUICK = { ...PACE, milliseconds: 1 };

/** What is archived of the log's partition, each offset as often as it is. */
async function offsets(world: ArchiveWorld): Promise<number[]> {
  return (await world.archived(EVENTS, 0)).map(({ offset }) => offset);
}

/** The same as who reads an archive comes by it. */
async function read(world: ArchiveWorld): Promise<number[]> {
  const reading = { archive: world.archive(), compression: testCompression, digest: testDigest };
  const found: number[] = [];
  const partition = { topic: EVENTS, partition: 0 };
  for await (const { offset } of readRecords({ reading }, partition, ALL_TIMES)) found.push(offset);
  return found;
}

function upTo(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

/** An archive of so many records, and an archiver that holds ten more, of which the log drops half. */
async function heldBeforeTrim(archived: number): Promise<ArchiveWorld> {
  const world = new ArchiveWorld();
  await world.write(EVENTS, 0, archived);
  world.start();
  await world.clock.advance(PACE.milliseconds);
  await world.write(EVENTS, 0, 10);
  await world.clock.advance(5_000);
  await world.log.trim(EVENTS, 0, archived + 5);
  return world;
}

describe.each([
  ["behind what is archived", 40],
  ["of an archive that is empty", 0],
])("I22: two at once, %s, one that holds what the log has dropped and one that does not", (_, archived) => {
  test.each([
    ["who holds more is first", PACE, archived],
    ["who holds less is first", QUICK, archived + 5],
  ])("make one chain: %s", async (_who, pace, begins) => {
    const world = await heldBeforeTrim(archived);
    world.start(pace);
    await world.clock.advance(2 * PACE.milliseconds);
    await world.write(EVENTS, 0, 30);
    await world.clock.advance(2 * PACE.milliseconds);
    const due = [...upTo(0, archived), ...upTo(begins, archived + 40)];
    expect(await offsets(world)).toEqual(due);
    expect(await read(world)).toEqual(due);
    const isLost = archived > 0 && begins > archived;
    const lost = [expect.stringContaining("offsets 40 to 44 were gone from the log")];
    expect(await world.problems()).toEqual(isLost ? lost : []);
  });
});

describe("I22: what begins behind offsets that the log has dropped", () => {
  /** Of ten records behind 40 that are archived the log has five. */
  async function dropped(): Promise<ArchiveWorld> {
    const world = new ArchiveWorld();
    await world.write(EVENTS, 0, 40);
    const archiver = world.start();
    await world.clock.advance(PACE.milliseconds);
    await archiver.stop(PATIENCE);
    await world.write(EVENTS, 0, 10);
    await world.log.trim(EVENTS, 0, 45);
    return world;
  }

  test("has the name of the offset that was due", async () => {
    const world = await dropped();
    world.start(QUICK);
    await world.clock.advance(10_000);
    expect(world.ranges().at(-1)).toBe(recordsName({ topic: EVENTS, partition: 0, offset: 40 }));
    await world.write(EVENTS, 0, 1);
    await world.clock.advance(10_000);
    expect(world.ranges().at(-1)).toBe(recordsName({ topic: EVENTS, partition: 0, offset: 50 }));
  });

  test.each([
    ["the offset that was due", 40],
    ["its first offset", 45],
  ])("F19: is taken over by who comes behind a kill, named by %s", async (_, offset) => {
    const world = await dropped();
    const place = { topic: EVENTS, partition: 0, offset };
    const records = await world.log.read(EVENTS, 0, 45, 1e9);
    world.objects.set(recordsName(place), (await packRecords(records, testCompression)).object);
    world.start(QUICK);
    await world.write(EVENTS, 0, 5);
    await world.clock.advance(10_000);
    expect(world.objects.has(manifestName(place))).toBe(true);
    expect(await offsets(world)).toEqual([...upTo(0, 40), ...upTo(45, 55)]);
    expect(await world.problems()).toEqual([expect.stringContaining("offsets 40 to 44 were gone from the log")]);
  });

  test("is not taken over where the log has what it leaves out", async () => {
    const world = new ArchiveWorld();
    await world.write(EVENTS, 0, 10);
    const place = { topic: EVENTS, partition: 0, offset: 0 };
    const behind = await world.log.read(EVENTS, 0, 5, 1e9);
    world.objects.set(recordsName(place), (await packRecords(behind, testCompression)).object);
    world.start(QUICK);
    await world.clock.advance(10_000);
    expect(world.warnings).toEqual([expect.stringContaining("begins at 5, and the log has 0")]);
    expect(world.objects.has(manifestName(place))).toBe(false);
  });
});
