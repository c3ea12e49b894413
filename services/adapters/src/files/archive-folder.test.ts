import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveSuite } from "@atlas/platform/contract-suite/archive-suite";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { archiveFolder } from "./archive-folder.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "atlas-archive-"));
  folders.push(folder);
  return folder;
}

archiveSuite("files", async () => archiveFolder(join(newFolder(), "archive")));

test("an object's file may not be written, and what was left half written is not shown", async () => {
  const folder = newFolder();
  const archive = archiveFolder(folder);
  await archive.create("a/1", Uint8Array.of(1));
  expect(statSync(join(folder, "a", "1")).mode & 0o777).toBe(0o444);
  writeFileSync(join(folder, "a", ".left"), "half");
  expect(await archive.list({ prefix: "", limit: 10 })).toEqual(["a/1"]);
});

/** The disk refuses the next of these calls on any file. */
async function refuseNext(call: "writeFile" | "sync"): Promise<void> {
  const file = await open(import.meta.filename);
  const handle: FileHandle = Object.getPrototypeOf(file);
  vi.spyOn(handle, call).mockRejectedValueOnce(Object.assign(new Error("no space left on device"), { code: "ENOSPC" }));
  await file.close();
}

test("F24: what a full disk took only half of leaves nothing, and stands when there is room again", async () => {
  const folder = newFolder();
  const archive = archiveFolder(folder);
  for (const call of ["writeFile", "sync"] as const) {
    await refuseNext(call);
    await expect(archive.create("a/1", Uint8Array.of(1))).rejects.toThrow(
      new ArchiveUnavailable("no space left on device"),
    );
    expect(readdirSync(join(folder, "a"))).toEqual([]);
  }
  expect(await archive.create("a/1", Uint8Array.of(1))).toBe(true);
  expect(readdirSync(join(folder, "a"))).toEqual(["1"]);
});

test("what a process left half written that was killed goes when another writes beside it; a reader removes nothing", async () => {
  const folder = newFolder();
  const archive = archiveFolder(folder);
  const left = `.${randomUUID()}`;
  for (const place of ["a", "b"]) {
    mkdirSync(join(folder, place));
    for (const name of [left, ".kept"]) writeFileSync(join(folder, place, name), "half", { mode: 0o444 });
  }
  expect(await archive.list({ prefix: "", limit: 10 })).toEqual([]);
  expect(readdirSync(join(folder, "a")).sort()).toEqual([left, ".kept"].sort());
  const names = Array.from({ length: 4 }, (_, index) => `${index}`);
  await Promise.all(names.map((name) => archive.create(`a/${name}`, Uint8Array.of(1))));
  expect(readdirSync(join(folder, "a")).sort()).toEqual([".kept", ...names]);
  expect(readdirSync(join(folder, "b")).sort()).toEqual([left, ".kept"].sort());
});
