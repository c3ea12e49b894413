import { memoryArchive } from "@atlas/platform/memory/memory-archive";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { expect, test } from "vitest";
import { sparing } from "./archiving.ts";

test("F24, S24: on a disk that is nearly full nothing is archived, until there is room again", async () => {
  const disk = { isLow: true };
  const archive = sparing(memoryArchive(), disk);
  await expect(archive.create("a/1", Uint8Array.of(1))).rejects.toThrow(ArchiveUnavailable);
  expect(await archive.list({ prefix: "", limit: 1 })).toEqual([]);
  disk.isLow = false;
  expect(await archive.create("a/1", Uint8Array.of(1))).toBe(true);
});
