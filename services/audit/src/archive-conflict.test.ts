import { manifestName, RECORDS } from "@atlas/platform/archive/object-names";
import { openRecords, packRecords } from "@atlas/platform/archive/records-object";
import { testCompression } from "@atlas/platform/archive/testing/test-compression";
import { describe, expect, test } from "vitest";
import { ArchiveWorld, PACE } from "./archiver.fixture.ts";

const EVENTS = "orders.events";
const PATIENCE = 10_000;

describe("I22: an archive that is another log's", () => {
  /** A log of its own behind the objects of one that had 40 records: `shared` of them are the same. */
  async function behindOthers(shared: number, count: number): Promise<ArchiveWorld> {
    const first = new ArchiveWorld();
    await first.write(EVENTS, 0, 40);
    const archiver = first.start();
    await first.clock.advance(PACE.milliseconds);
    await archiver.stop(PATIENCE);
    const world = new ArchiveWorld();
    for (const [name, object] of first.objects) world.objects.set(name, object);
    await world.write(EVENTS, 0, shared);
    await world.clock.advance(shared === 40 ? 0 : 500);
    await world.write(EVENTS, 0, count - shared);
    return world;
  }

  test.each([
    ["another platform's, which went further", 0],
    ["that of a log which lost its tail and grew again", 30],
    ["that of a log of which the last archived record alone is another", 39],
  ])("%s stops its partition, loudly: nothing is added to it", async (_, shared) => {
    const world = await behindOthers(shared, 60);
    const before = [...world.objects.keys()];
    world.start();
    await world.clock.advance(2 * PACE.milliseconds);
    expect(world.warnings).toEqual([expect.stringMatching(/a partition is not archived.*differ at offset 39/)]);
    expect([...world.objects.keys()]).toEqual(before);
  });

  test("of which the log has dropped the last record is gone on with", async () => {
    const world = await behindOthers(0, 60);
    await world.log.trim(EVENTS, 0, 45);
    world.start();
    await world.clock.advance(2 * PACE.milliseconds);
    expect((await world.archived(EVENTS, 0)).at(-1)?.offset).toBe(59);
  });

  test("whose last object is gone, or holds less than its manifest says, is not gone on with", async () => {
    for (const change of ["gone", "less"]) {
      const world = await behindOthers(40, 60);
      const last = world.ranges().at(-1) as string;
      const { records } = await openRecords(world.objects.get(last) as Uint8Array, testCompression);
      if (change === "gone") world.objects.delete(last);
      else world.objects.set(last, (await packRecords(records.slice(0, -1), testCompression)).object);
      world.start();
      await world.clock.advance(2 * PACE.milliseconds);
      expect(world.warnings).toEqual([expect.stringContaining(`${last} `)]);
      expect(world.objects.has(manifestName({ topic: EVENTS, partition: 0, offset: 40 }))).toBe(false);
    }
  });

  test("is looked for in one object of a partition, when its chain is opened", async () => {
    const world = await behindOthers(40, 60);
    const read: string[] = [];
    world.fault = ({ operation, name }) => {
      if (operation === "read" && name.startsWith(RECORDS)) read.push(name);
      return undefined;
    };
    const last = world.ranges().at(-1);
    world.start();
    await world.clock.advance(10 * PACE.milliseconds);
    expect(read).toEqual([last]);
    expect((await world.archived(EVENTS, 0)).at(-1)?.offset).toBe(59);
  });
});
