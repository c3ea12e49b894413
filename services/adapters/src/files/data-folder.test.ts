import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDataFolder } from "./data-folder.ts";

const SHAPE = { omsPartitions: 16, venuePartitions: 8 };
const fresh = () => join(mkdtempSync(join(tmpdir(), "atlas-folder-")), "data");

test("a folder keeps the shape that its platform was created with, and refuses another", () => {
  const path = fresh();
  openDataFolder(path, SHAPE).release();
  const again = openDataFolder(path, SHAPE);
  expect(again.shape).toEqual(SHAPE);
  again.release();
  expect(() => openDataFolder(path, { ...SHAPE, omsPartitions: 4 })).toThrow("created with 16 by account and 8");
  openDataFolder(path, SHAPE).release();
});

test("a second holder is told so", () => {
  const path = fresh();
  const held = openDataFolder(path, SHAPE);
  expect(() => openDataFolder(path, SHAPE)).toThrow("in use by another Atlas");
  held.release();
});

test("a folder that cannot be made is told in words", () => {
  const path = join(fresh(), "x".repeat(300));
  expect(() => openDataFolder(path, SHAPE)).toThrow("cannot be used: its name is too long");
});

test("a file that is none of ours is named", () => {
  const path = fresh();
  openDataFolder(path, SHAPE).release();
  writeFileSync(join(path, "platform.json"), "{");
  expect(() => openDataFolder(path, SHAPE)).toThrow("platform.json does not say");
  expect(() => openDataFolder(join(path, "platform.json"), SHAPE)).toThrow(
    "cannot be used: a file stands in its place",
  );
});
