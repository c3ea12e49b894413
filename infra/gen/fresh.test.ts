import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { adoptFolder, compareFolders } from "./fresh.ts";

const bases: string[] = [];
afterEach(() => bases.splice(0).forEach((base) => void rmSync(base, { recursive: true })));

test("what is missing, left over or changed by hand is named", () => {
  const kept = folderWith({ same: "1", changed: "1", extra: "1" });
  const fresh = folderWith({ same: "1", changed: "2", lacking: "1" });
  expect(compareFolders(kept, fresh, "gen/ts")).toEqual([
    { path: "gen/ts/lacking", how: "is missing" },
    { path: "gen/ts/extra", how: "is made from nothing" },
    { path: "gen/ts/changed", how: "is not up to date" },
  ]);
  expect(compareFolders(kept, kept, "gen/ts")).toEqual([]);
});

test("adopting makes the folders equal and leaves what is the same alone", () => {
  const kept = folderWith({ same: "1", changed: "1", extra: "1" });
  const fresh = folderWith({ same: "1", changed: "2", lacking: "1" });
  const before = statSync(join(kept, "gen/ts/same")).mtimeMs;
  adoptFolder(kept, fresh, "gen/ts");
  expect(compareFolders(kept, fresh, "gen/ts")).toEqual([]);
  expect(readFileSync(join(kept, "gen/ts/changed"), "utf8")).toBe("2");
  expect(statSync(join(kept, "gen/ts/same")).mtimeMs).toBe(before);
});

function folderWith(files: Record<string, string>): string {
  const base = mkdtempSync(join(tmpdir(), "atlas-test-"));
  bases.push(base);
  mkdirSync(join(base, "gen", "ts"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(base, "gen", "ts", name), text);
  return base;
}
