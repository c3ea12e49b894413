import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import { manifestName, recordsName } from "@atlas/platform/archive/object-names";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backUpFolder } from "./back-up-folder.ts";

const PLACE = { topic: "orders.events", partition: 3 };
const LEFT = ".0b9dd3c5-6a5e-4d2b-9b0e-7c1f6c3a2e11";
let folder = "";
let from = "";
let to = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "atlas-backup-"));
  [from, to] = [join(folder, "from"), join(folder, "to")];
  for (const part of ["store", "log"]) mkdirSync(join(from, part), { recursive: true });
  new DatabaseSync(join(from, "store", "store.sqlite")).close();
  writeFileSync(join(from, "platform.json"), "{}");
  writeFileSync(join(from, "cli.key"), "secret", { mode: 0o600 });
  await archive(0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function archive(offset: number): Promise<void> {
  const kept = archiveFolder(join(from, "archive"));
  for (const nameOf of [recordsName, manifestName])
    await kept.create(nameOf({ ...PLACE, offset }), Uint8Array.of(1, 2));
}

function filesOf(below: string): string[] {
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(below.length + 1))
    .sort();
}

test("a backup has keys, archive, store and log of the folder, as private and as read-only as there", async () => {
  const steps: string[] = [];
  await backUpFolder(from, to, (text) => steps.push(text));
  expect(filesOf(to)).toEqual(filesOf(from));
  expect(readdirSync(folder).sort()).toEqual(["from", "to"]);
  const name = join("archive", recordsName({ ...PLACE, offset: 0 }));
  expect([...readFileSync(join(to, name))]).toEqual([1, 2]);
  for (const path of ["cli.key", "archive", name]) {
    expect([path, statSync(join(to, path)).mode]).toEqual([path, statSync(join(from, path)).mode]);
  }
  // What is archived is on the log: archived later than the log is copied, the copy's log would lack it (I22).
  expect(steps.findIndex((step) => step.includes("archive"))).toBeLessThan(steps.indexOf("copying the log"));
});

test("I23: what an archiver has half written is not in a backup", async () => {
  for (const kind of ["records", "manifests"]) {
    writeFileSync(join(from, "archive", kind, PLACE.topic, `${PLACE.partition}`, LEFT), "half");
  }
  await backUpFolder(from, to, () => undefined);
  expect(filesOf(to)).toEqual(filesOf(from).filter((name) => !name.endsWith(LEFT)));
});
