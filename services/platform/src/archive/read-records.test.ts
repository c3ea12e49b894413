import { beforeEach, describe, expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryArchive } from "../memory/memory-archive.ts";
import { type MemoryLog, memoryLog } from "../memory/memory-log.ts";
import type { LogRecord } from "../ports/log.ts";
import { copiedRecord } from "../wire/codec/copied-frame.ts";
import { encodeFrame } from "../wire/codec/frame.ts";
import { millisecondsOf, timestampOf } from "../wire/time.ts";
import { exportRecords } from "./export-records.ts";
import { placeOf, RECORDS } from "./object-names.ts";
import { ALL_TIMES, readRecords, type TimeBounds } from "./read-records.ts";
import { archivedRanges } from "./testing/small-archive.ts";
import { testCompression, testDigest } from "./testing/test-compression.ts";

const EVENTS = { topic: "orders.events", partition: 0 };
const THEN = 1_600_000_000_000;
const SECOND = 1_000;
const DAY = 86_400_000;
const MOVE = THEN + DAY;
/** When the platform that was moved went on. */
const LATER = MOVE + DAY;
const COPIES = 6;

let log: MemoryLog;
let records: readonly LogRecord[];

/** Six records, one a second, copied a day later; another day later six that were said here. The fourth was no frame: it stays what it was. */
beforeEach(async () => {
  const clock = manualClock({ start: MOVE });
  log = memoryLog({ clock });
  const append = async (bytes: Uint8Array) => {
    await log.append(EVENTS.topic, EVENTS.partition, bytes);
    await clock.advance(SECOND);
  };
  for (let offset = 0; offset < COPIES; offset++) {
    const original = { offset, appendTime: THEN + offset * SECOND, bytes: frame(offset) };
    await append(offset === 3 ? Uint8Array.of(0) : copiedRecord(original, testDigest));
  }
  await clock.advance(LATER - clock.now());
  for (let offset = COPIES; offset < 2 * COPIES; offset++) await append(frame(offset));
  records = await log.read(EVENTS.topic, EVENTS.partition, 0, 1e9);
});

function frame(offset: number): Uint8Array {
  const header = { source: "oms/0", writer: "w", firstNumber: BigInt(offset + 1) };
  return encodeFrame(header, [new TextEncoder().encode(`record ${offset}`)], testDigest).slice();
}

/** An archive of the partition, cut into objects before these offsets and ending before the last; `read` hears which are read. */
async function archiveOf(cuts: readonly number[], read: number[] = []) {
  const objects = new Map<string, Uint8Array>();
  const ranges = cuts.map((end, index) => records.slice(cuts[index - 1] ?? 0, end));
  await archivedRanges(objects, EVENTS, ranges);
  const fault = ({ operation, name }: { operation: string; name: string }) => {
    if (operation === "read" && name.startsWith(RECORDS)) read.push(placeOf(name)?.offset ?? -1);
    return undefined;
  };
  return { archive: memoryArchive({ objects, fault }), compression: testCompression, digest: testDigest };
}

const BOUNDS: readonly [string, Partial<TimeBounds>, number[]][] = [
  ["before the move", { end: MOVE }, [0, 1, 2, 4, 5]],
  ["in the midst of what was copied", { start: THEN + 2 * SECOND, end: THEN + 5 * SECOND }, [2, 4]],
  ["from the move on", { start: MOVE }, [3, 6, 7, 8, 9, 10, 11]],
  ["behind the move", { start: LATER + 2 * SECOND, end: LATER + 4 * SECOND }, [8, 9]],
  ["at any time", {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
];

describe.each([
  ["archived", [3, 8, 10, 12]],
  ["archived in part", [2, 4]],
  ["on the log alone", []],
])("S1: of a copied partition, %s, times choose by when the originals were appended", (_where, cuts) => {
  test.each(BOUNDS)("%s", async (_when, bounds, due) => {
    const sources = { reading: await archiveOf(cuts), log };
    const found: number[] = [];
    for await (const { offset } of readRecords(sources, EVENTS, { ...ALL_TIMES, ...bounds })) found.push(offset);
    expect(found).toEqual(due);
  });

  test("and an export says when that was", async () => {
    const sources = { reading: await archiveOf(cuts), log };
    const request = { topics: [], endTime: timestampOf(LATER + SECOND) };
    const found: [number, number | undefined][] = [];
    for await (const { offset, appendTime } of exportRecords(sources, [EVENTS], request)) {
      found.push([Number(offset), millisecondsOf(appendTime)]);
    }
    const copied = [0, 1, 2, 3, 4, 5].map((offset) => (offset === 3 ? MOVE : THEN) + offset * SECOND);
    expect(found).toEqual([...copied, LATER].map((time, offset) => [offset, time]));
  });
});

describe("objects are left out where that is sound", () => {
  const CUTS = [3, 6, 8, 10, 12];

  test.each<[string, Partial<TimeBounds>, number[]]>([
    // A copy was made behind its original: what was copied before was said before.
    ["those that were written before", { start: LATER }, [6, 8, 10]],
    // Of a copy's original that is not so; behind the first record that is none no copy stands.
    ["those behind, as soon as no copy can be among them", { end: MOVE }, [0, 3, 6]],
  ])("%s", async (_which, bounds, due) => {
    const read: number[] = [];
    const reading = await archiveOf(CUTS, read);
    for await (const _ of readRecords({ reading }, EVENTS, { ...ALL_TIMES, ...bounds }));
    expect(read).toEqual(due);
  });
});
