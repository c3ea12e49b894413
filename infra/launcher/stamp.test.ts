import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestContents, digestSizes, filesBelow, isStamped, writeStamp } from "./stamp.mjs";

const root = mkdtempSync(join(tmpdir(), "atlas-stamp-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

mkdirSync(join(root, "proto", "a"), { recursive: true });
write("proto/a/one.proto", "one");
write("proto/two.proto", "two");

test("files below a folder come in one order; hidden ones are left out", () => {
  write("proto/.hidden", "x");
  expect(filesBelow(root, "proto")).toEqual(["proto/a/one.proto", "proto/two.proto"]);
  expect(filesBelow(root, "nowhere")).toEqual([]);
});

test("a digest of contents changes with any byte, name or file", () => {
  const before = digestContents(root, ["proto"]);
  expect(digestContents(root, ["proto"])).toBe(before);
  write("proto/two.proto", "tWo");
  const changed = digestContents(root, ["proto"]);
  write("proto/three.proto", "");
  expect(new Set([before, changed, digestContents(root, ["proto"])]).size).toBe(3);
});

test("a digest of sizes changes when a file is cut", () => {
  const before = digestSizes(root, ["proto"]);
  write("proto/two.proto", "");
  expect(digestSizes(root, ["proto"])).not.toBe(before);
});

test("a stamp is recognised and nothing else is", () => {
  const file = join(root, "deep", "stamp");
  expect(isStamped(file, "a")).toBe(false);
  writeStamp(file, "a");
  expect([isStamped(file, "a"), isStamped(file, "b")]).toEqual([true, false]);
});

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}
