import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareFolders } from "./generated.ts";

test("what is missing, left over or changed by hand is named", () => {
  const kept = folderWith({ same: "1", changed: "1", extra: "1" });
  const fresh = folderWith({ same: "1", changed: "2", lacking: "1" });
  expect(compareFolders(kept, fresh, "gen/ts")).toEqual([
    "gen/ts/lacking is missing",
    "gen/ts/extra is made from nothing",
    "gen/ts/changed is not up to date",
  ]);
  expect(compareFolders(kept, kept, "gen/ts")).toEqual([]);
  for (const folder of [kept, fresh]) rmSync(folder, { recursive: true });
});

function folderWith(files: Record<string, string>): string {
  const base = mkdtempSync(join(tmpdir(), "atlas-test-"));
  mkdirSync(join(base, "gen", "ts"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(base, "gen", "ts", name), text);
  return base;
}
