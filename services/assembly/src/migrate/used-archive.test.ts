import { manifestName, recordsName } from "@atlas/platform/archive/object-names";
import { memoryArchive } from "@atlas/platform/memory/memory-archive";
import { expect, test } from "vitest";
import { MoveRefused } from "./move-refused.ts";
import { refuseUsedArchive } from "./used-archive.ts";

const PLACE = { topic: "orders.events", partition: 3, offset: 0 };

function archiveWith(...names: readonly string[]) {
  return memoryArchive({ objects: new Map(names.map((name) => [name, Uint8Array.of(1)])) });
}

test.each([recordsName(PLACE), manifestName(PLACE)])(
  "I22: an archive that holds %s is another platform's: nothing is moved beside it",
  async (name) => {
    const refusing = refuseUsedArchive(archiveWith(name), expect.unreachable);
    await expect(refusing).rejects.toThrow(MoveRefused);
    await expect(refusing).rejects.toThrow(name);
  },
);

test("one that is empty, but for platforms below another prefix, is taken", async () => {
  await refuseUsedArchive(archiveWith(), expect.unreachable);
  await refuseUsedArchive(archiveWith(`other/${recordsName(PLACE)}`), expect.unreachable);
});

test("F18: one that is away keeps nothing from being moved, and is told", async () => {
  const warnings: unknown[] = [];
  const archive = memoryArchive({ fault: () => ({ kind: "refused" }) });
  await refuseUsedArchive(archive, (...told) => void warnings.push(told));
  expect(warnings).toEqual([["whether the archive there is empty could not be asked", { reason: "refused" }]]);
});
