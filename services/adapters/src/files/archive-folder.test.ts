import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveSuite } from "@atlas/platform/contract-suite/archive-suite";
import { afterAll, expect, test } from "vitest";
import { archiveFolder } from "./archive-folder.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

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
