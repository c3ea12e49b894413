import type { memoryArchive } from "@atlas/platform/memory/memory-archive";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { expect, test } from "vitest";
import { LateArchive } from "./late-archive.ts";

test("F18: a process stops in order while an archive is being opened that does not open", async () => {
  const opening = Promise.withResolvers<ReturnType<typeof memoryArchive>>();
  const archive = new LateArchive(() => opening.promise);
  const read = archive.read("manifests/x").catch((error: Error) => error.message);
  const opened = archive.opened();
  opening.reject(new ArchiveUnavailable("away"));
  expect([await opened, await read, await archive.opened()]).toEqual([undefined, "away", undefined]);
});
