import { beforeAll, expect, test } from "vitest";
import { memoryArchive } from "../memory/memory-archive.ts";
import { snapshotNames } from "./archive-snapshot.ts";
import { manifestName, RECORDS, recordsName } from "./object-names.ts";
import { archived, readingOf } from "./testing/small-archive.ts";
import { verifyArchive } from "./verify-archive.ts";

const EVENTS = { topic: "orders.events", partition: 3 };
const MARKET = { topic: "market.data", partition: 0 };
const SIZES = [3, 5, 1, 4, 2, 2, 6, 1, 2, 3];

type Objects = Map<string, Uint8Array>;
/** In the order in which archivers write: an object of records, then its manifest. */
const events: Objects = new Map();
const market: Objects = new Map();
beforeAll(async () => {
  await archived(events, EVENTS, SIZES);
  await archived(market, MARKET, SIZES);
});

/** What stands when so many of either partition are written. */
function standing(count: number): Objects {
  return new Map([...[...events].slice(0, count), ...[...market].slice(0, count)]);
}

/** Of an archive of so many objects that grows by `step` during each list; of what comes meanwhile the list has what is `shown`. */
async function snapshotOf(count: number, step: number, shown: (name: string) => boolean): Promise<Objects> {
  let written = count;
  const names = await snapshotNames({
    ...memoryArchive(),
    list: async (which) => {
      const before = standing(written);
      written += step;
      const names = await memoryArchive({ objects: standing(written) }).list(which);
      return names.filter((name) => before.has(name) || shown(name));
    },
  });
  return new Map([...standing(written)].filter(([name]) => names.includes(name)));
}

async function problems(objects: Objects): Promise<string[]> {
  const found: string[] = [];
  for await (const answer of verifyArchive(readingOf(objects))) {
    found.push(...answer.problems.map(({ object, message }) => `${object}: ${message}`));
  }
  return found;
}

test.each([
  ["all", () => true],
  ["nothing", () => false],
  ["objects alone", (name: string) => name.startsWith(RECORDS)],
  [
    "a later one without the one before",
    (name: string) => ![recordsName, manifestName].some((nameOf) => name === nameOf({ ...EVENTS, offset: 15 })),
  ],
] as const)(
  "I22, I23: an archive that grows is one as of a moment, where lists show of what comes %s",
  async (_, shown) => {
    for (let count = 0; count < 8; count++) {
      for (let step = 0; step < 6; step++) {
        expect(await problems(await snapshotOf(count, step, shown)), `from ${count} by ${step}`).toEqual([]);
      }
    }
  },
);

test("I22, I23: at rest all of it is found, sound or not", async () => {
  const whole = new Map([...events, ...market]);
  for (const name of whole.keys()) {
    const damaged = new Map(whole).set(`${name}.old`, Uint8Array.of(1));
    damaged.delete(name);
    expect((await snapshotNames(memoryArchive({ objects: damaged }))).sort()).toEqual([...damaged.keys()].sort());
  }
});
