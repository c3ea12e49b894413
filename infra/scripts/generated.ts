import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesBelow } from "../launcher/stamp.mjs";
import type { Outcome } from "./command.ts";
import { runScript } from "./command.ts";
import { ROOT } from "./root.ts";

/** Generates anew into an empty folder and compares with gen/ts, file by file. */
export async function checkGenerated(): Promise<Outcome> {
  const fresh = mkdtempSync(join(tmpdir(), "atlas-gen-"));
  try {
    const generating = await runScript("infra/gen/main.ts", [fresh]);
    if (generating.code !== 0) return generating;
    const differences = compareFolders(ROOT, fresh, "gen/ts");
    if (differences.length === 0) return { code: 0, output: "" };
    return { code: 1, output: `${differences.join("\n")}\nrun: npm run gen` };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** One line for each file below `folder` that is not the same under both bases. */
export function compareFolders(kept: string, fresh: string, folder: string): string[] {
  const [here, there] = [filesBelow(kept, folder), filesBelow(fresh, folder)];
  return [
    ...there.filter((path) => !here.includes(path)).map((path) => `${path} is missing`),
    ...here.filter((path) => !there.includes(path)).map((path) => `${path} is made from nothing`),
    ...here
      .filter((path) => there.includes(path) && differs(join(kept, path), join(fresh, path)))
      .map((path) => `${path} is not up to date`),
  ];
}

function differs(one: string, other: string): boolean {
  return !readFileSync(one).equals(readFileSync(other));
}
