import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

const BASELINE = "proto/baseline";

/**
 * Compares the schemas with those of a commit: `against`, or the one that proto/baseline names, which moves when an
 * issue is finished. A clone that lacks the commit fetches it.
 */
export async function checkBreaking(against: string | undefined): Promise<Outcome> {
  const file = join(ROOT, BASELINE);
  const commit = against ?? (existsSync(file) ? readFileSync(file, "utf8").trim() : undefined);
  if (commit === undefined) return { code: 0, output: `note: no ${BASELINE} yet, nothing to compare with` };
  const before = mkdtempSync(join(tmpdir(), "atlas-proto-"));
  try {
    return (await extractSchemas(commit, before)) ?? (await runCommand("buf", ["breaking", "--against", before]));
  } finally {
    rmSync(before, { recursive: true, force: true });
  }
}

/** Puts the commit's schemas into `folder`, as a workspace with today's settings; the outcome if that ends the check. */
async function extractSchemas(commit: string, folder: string): Promise<Outcome | undefined> {
  const fetched = await ensureCommit(commit);
  if (fetched.code !== 0) return { code: 1, output: `commit ${commit} is not here: ${fetched.output}` };
  const listed = await runCommand("git", ["ls-tree", "-r", "--name-only", commit, "--", "proto"]);
  if (!listed.output.includes(".proto\n")) return { code: 0, output: `note: ${commit} has no schemas yet` };
  const archive = join(folder, "proto.tar");
  const packed = await runCommand("git", ["archive", "--format=tar", `--output=${archive}`, commit, "proto"]);
  const unpacked = packed.code === 0 ? await runCommand("tar", ["-xf", archive, "-C", folder]) : packed;
  if (unpacked.code !== 0) return unpacked;
  mkdirSync(join(folder, ".gen"));
  cpSync(join(ROOT, ".gen", "proto"), join(folder, ".gen", "proto"), { recursive: true });
  cpSync(join(ROOT, "buf.yaml"), join(folder, "buf.yaml"));
  return undefined;
}

async function ensureCommit(commit: string): Promise<Outcome> {
  const known = await runCommand("git", ["cat-file", "-e", `${commit}^{commit}`]);
  return known.code === 0 ? known : runCommand("git", ["fetch", "--quiet", "--depth=1", "origin", commit]);
}
