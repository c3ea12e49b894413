import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesBelow } from "../launcher/stamp.mjs";
import { generateInto } from "./steps.ts";

/** How the kept copy of a generated file differs from a fresh one. */
export interface Difference {
  readonly path: string;
  readonly how: "is missing" | "is made from nothing" | "is not up to date";
}

/** Generates into an empty folder, passes it to `use`, and removes it. Throws GeneratorFailure. */
export function withFreshCode<Result>(use: (base: string) => Result): Result {
  const base = mkdtempSync(join(tmpdir(), "atlas-gen-"));
  try {
    generateInto(base);
    return use(base);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** The files below `folder` that are not the same under both bases. */
export function compareFolders(kept: string, fresh: string, folder: string): Difference[] {
  const [here, there] = [filesBelow(kept, folder), filesBelow(fresh, folder)];
  const differs = (path: string) => !readFileSync(join(kept, path)).equals(readFileSync(join(fresh, path)));
  return [
    ...there.filter((path) => !here.includes(path)).map((path) => ({ path, how: "is missing" }) as const),
    ...here.filter((path) => !there.includes(path)).map((path) => ({ path, how: "is made from nothing" }) as const),
    ...here
      .filter((path) => there.includes(path) && differs(path))
      .map((path) => ({ path, how: "is not up to date" }) as const),
  ];
}

/** Makes the kept folder equal to the fresh one; what is the same is not touched, for a program may be reading it. */
export function adoptFolder(kept: string, fresh: string, folder: string): void {
  for (const { path, how } of compareFolders(kept, fresh, folder)) {
    if (how === "is made from nothing") rmSync(join(kept, path));
    else cpSync(join(fresh, path), join(kept, path));
  }
}
