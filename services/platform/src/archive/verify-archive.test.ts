import type { ArchiveCheckpoint } from "@atlas/gen/atlas/audit/v1/archive_pb";
import type { VerifyResponse } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryArchive } from "../memory/memory-archive.ts";
import { manifestName, placeOf, RECORDS, recordsName } from "./object-names.ts";
import { archived, readingOf } from "./testing/small-archive.ts";
import { survey, verifyArchive } from "./verify-archive.ts";

const EVENTS = { topic: "orders.events", partition: 3 };
const MARKET = { topic: "market.data", partition: 0 };

let objects: Map<string, Uint8Array>;
beforeEach(async () => {
  objects = new Map();
  await archived(objects, EVENTS, [3, 5, 1, 40]);
  await archived(objects, MARKET, [2, 2]);
});

async function verify(some: Map<string, Uint8Array> = objects, checkpoint?: ArchiveCheckpoint) {
  const answers: VerifyResponse[] = [];
  for await (const answer of verifyArchive(readingOf(some), checkpoint)) answers.push(answer);
  return answers;
}

async function problems(some: Map<string, Uint8Array> = objects, checkpoint?: ArchiveCheckpoint): Promise<string[]> {
  const answers = await verify(some, checkpoint);
  return answers.flatMap((answer) =>
    answer.problems.map(({ object, offset, message }) => `${object} ${offset ?? "-"}: ${message}`),
  );
}

async function checkpointOf(some: Map<string, Uint8Array>): Promise<ArchiveCheckpoint> {
  const partitions = (await verify(some)).flatMap(({ checkpoint }) => checkpoint ?? []);
  return { $typeName: "atlas.audit.v1.ArchiveCheckpoint", partitions };
}

function flip(name: string, bit: number): void {
  const bytes = objects.get(name)?.slice() as Uint8Array;
  const at = (bit >>> 3) % bytes.length;
  bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
  objects.set(name, bytes);
}

describe("I23: an archive, from its objects alone", () => {
  test("as it was written it is sound, and says what it holds", async () => {
    const [market, events] = await verify();
    expect(market).toMatchObject({ ...MARKET, firstOffset: 0n, nextOffset: 4n, objects: 2n, problemCount: 0n });
    expect(events).toMatchObject({ ...EVENTS, nextOffset: 49n, objects: 4n, records: 49n, problemCount: 0n });
    expect(events?.unreadableRecords).toBe(0n);
  });

  test("any bit that is another is told: of records by their object and offset, of a manifest by it or the one behind", async () => {
    const names = [...objects.keys()];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.nat(), async (name, bit) => {
        const before = objects;
        objects = new Map(before);
        flip(name, bit);
        const found = await problems();
        objects = before;
        const itself = name.startsWith(RECORDS) ? `${name} ${placeOf(name)?.offset}: it was changed` : `${name} `;
        expect(found.some((one) => one.startsWith(itself) || (one.includes(".pb ") && !name.startsWith(RECORDS)))).toBe(
          true,
        );
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test("any object cut short, lengthened or emptied of meaning is told", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...objects.keys()), fc.integer({ min: -60, max: 60 }), async (name, change) => {
        fc.pre(change !== 0);
        const some = new Map(objects);
        const bytes = some.get(name) as Uint8Array;
        const length = Math.max(1, bytes.length + change);
        const other = new Uint8Array(length);
        other.set(bytes.subarray(0, length));
        some.set(name, other);
        expect(await problems(some)).not.toEqual([]);
      }),
      { numRuns: 80 },
    );
  }, 120_000);

  test("any two objects in each other's place are told", async () => {
    const names = [...objects.keys()];
    for (const [index, left] of names.entries()) {
      for (const right of names.slice(index + 1)) {
        const some = new Map(objects);
        some.set(left, objects.get(right) as Uint8Array);
        some.set(right, objects.get(left) as Uint8Array);
        expect(await problems(some), `${left} and ${right}`).not.toEqual([]);
      }
    }
  });

  test("any object that is gone is told, but for the newest manifest, whose records then wait for one", async () => {
    for (const name of objects.keys()) {
      const some = new Map(objects);
      some.delete(name);
      const newest = [manifestName({ ...EVENTS, offset: 9 }), manifestName({ ...MARKET, offset: 2 })];
      const answers = await verify(some);
      const found = answers.flatMap((answer) => answer.problems);
      const waiting = answers.map((answer) => answer.unfinished).filter((one) => one !== "");
      expect([name, found.length === 0, waiting.length]).toEqual([
        name,
        newest.includes(name),
        newest.includes(name) ? 1 : 0,
      ]);
    }
  });

  test("what nobody wrote is told: another's object, one between two ranges, a name that is none", async () => {
    const content = objects.get(recordsName({ ...EVENTS, offset: 0 })) as Uint8Array;
    for (const name of ["readme", "records/orders.events/3/x", recordsName({ ...EVENTS, offset: 2 })]) {
      expect(await problems(new Map(objects).set(name, content)), name).toEqual([expect.stringContaining(name)]);
    }
  });
});

describe("I23: what stands beside an archive", () => {
  /** What is told, and by how many lists; more than a few end the test. */
  async function surveyed(some: Map<string, Uint8Array>) {
    let lists = 0;
    const archive = memoryArchive({
      objects: some,
      fault: ({ operation }) => {
        if (operation === "list") lists += 1;
        if (lists > 50) throw new Error("too many lists");
        return undefined;
      },
    });
    const { partitions, foreign } = await survey(archive);
    const { problems, problemCount } = foreign.answer();
    return { partitions: [...partitions.keys()].sort(), told: problems.map(({ object }) => object), problemCount };
  }
  const OWN = ["market.data/0", "orders.events/3"];

  function beside(nameOf: (index: number) => string): Map<string, Uint8Array> {
    const names = Array.from({ length: 3_000 }, (_, index) => nameOf(10_000 + index));
    return new Map([...objects, ...names.map((name) => [name, Uint8Array.of(1)] as const)]);
  }

  test("is another's archive, below its prefix: not a problem of this one", async () => {
    const others = ["a", "p.1", "test_2", "records.old"];
    const some = new Map(objects);
    for (const other of others) for (const [name, content] of objects) some.set(`${other}/${name}`, content);
    expect(await surveyed(some)).toEqual({ partitions: OWN, told: [], problemCount: 0n });
    expect(await problems(some)).toEqual([]);
  });

  test("is a folder of anything else: told once, and listed once", async () => {
    for (const nameOf of [(index: number) => `logs/${index}`, (index: number) => `a/records/x/${index}`]) {
      const some = beside(nameOf);
      expect(await surveyed(some)).toEqual({ partitions: OWN, told: [nameOf(10_000)], problemCount: 1n });
    }
  });

  test("is in its own folders, or in none: all is counted, some is told, by few lists", async () => {
    for (const folder of [
      "",
      "records/",
      "manifests/x/",
      "records/orders.events/x/",
      "records/manifests/orders.events/0/",
    ]) {
      const { partitions, told, problemCount } = await surveyed(beside((index) => `${folder}${index}`));
      expect([folder, partitions, problemCount, told.length]).toEqual([folder, OWN, 3_000n, 100]);
    }
  });

  test("has a name that no archive has: the check ends, and tells it", async () => {
    for (const folder of ["", "a/", "records/", "records/orders.events/3/", "manifests/orders.events/3/"]) {
      const some = new Map(objects).set(`${folder}\u00fc`, Uint8Array.of(1)).set(`${folder}~\u00fc`, Uint8Array.of(1));
      expect((await surveyed(some)).partitions).toEqual(OWN);
      expect(await problems(some), folder).toContainEqual(expect.stringContaining(`${folder}~\u00fc`));
    }
  });
});

describe("I22: ranges that were written wrong, though every hash holds", () => {
  test("a gap and an overlap are told", async () => {
    for (const [skip, due] of [
      [1, "it begins at 4, and 3 is due"],
      [-1, "it begins at 2, and 3 is due"],
    ] as const) {
      const some = new Map<string, Uint8Array>();
      await archived(some, EVENTS, [3, 5], skip);
      expect(await problems(some)).toEqual([expect.stringContaining(due)]);
    }
  });
});

describe("I23: with a checkpoint", () => {
  test("an archive that grew since is sound", async () => {
    const before = await checkpointOf(objects);
    await archived(objects, EVENTS, [3, 5, 1, 40, 7]);
    expect(await problems(objects, before)).toEqual([]);
    expect((await checkpointOf(objects)).partitions).not.toEqual(before.partitions);
  });

  test("newest objects that are gone, and partitions that are, are told", async () => {
    const before = await checkpointOf(objects);
    const some = new Map([...objects].filter(([name]) => !name.includes("market.data")));
    some.delete(manifestName({ ...EVENTS, offset: 9 }));
    some.delete(recordsName({ ...EVENTS, offset: 9 }));
    expect(await problems(some)).toEqual([]);
    const told = await problems(some, before);
    expect(told).toEqual([
      expect.stringContaining("a manifest ended with offset 3,"),
      expect.stringContaining("a manifest ended with offset 48,"),
    ]);
  });

  test("a chain that was written anew is told", async () => {
    const before = await checkpointOf(objects);
    const other = new Map([...objects].filter(([name]) => name.includes("market.data")));
    await archived(other, EVENTS, [3, 6, 40]);
    expect(await problems(other)).toEqual([]);
    expect(await problems(other, before)).toEqual([expect.stringContaining("it is not the one that stood here")]);
  });
});
