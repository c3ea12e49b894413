import { expect, test } from "vitest";
import type { LogRecord } from "../ports/log.ts";
import { manifestName, recordsName } from "./object-names.ts";
import { manifestBytes, manifestOf, packRecords } from "./records-object.ts";
import { archived, readingOf } from "./testing/small-archive.ts";
import { testCompression } from "./testing/test-compression.ts";
import { verifyPartition } from "./verify-partition.ts";

const MARKET = { topic: "market.data", partition: 0 };

/** Problems of an archive of offsets 0 to 2, and of 5 and 6 in objects that are named by another offset. */
async function problems(named: number): Promise<string[]> {
  const objects = new Map<string, Uint8Array>();
  await archived(objects, MARKET, [3]);
  const before = objects.get(manifestName({ ...MARKET, offset: 0 })) as Uint8Array;
  const records = [5, 6].map((offset): LogRecord => ({ offset, appendTime: offset, bytes: Uint8Array.of(offset) }));
  const packed = await packRecords(records, testCompression);
  const place = { ...MARKET, offset: named };
  const link = { previous: await testCompression.sha256(before), lost: 2 };
  objects.set(recordsName(place), packed.object);
  objects.set(manifestName(place), manifestBytes(await manifestOf(place, packed, link, testCompression)));
  const { problems: found } = await verifyPartition(readingOf(objects), MARKET);
  return found.map(({ offset, message }) => `${offset}: ${message}`);
}

const LOST = "3: offsets 3 to 4 were gone from the log before they could be kept";

test.each([
  ["by the offset that was due", 3, [LOST]],
  ["by its first offset, as in older archives", 5, [LOST]],
  ["by any other", 4, [LOST, "4: it begins at 5, and has another's name"]],
])("I23: a range behind offsets that were lost is told of, named %s", async (_, named, due) => {
  expect(await problems(named)).toEqual(due);
});
