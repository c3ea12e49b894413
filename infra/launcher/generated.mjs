import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fail, progress } from "./progress.mjs";
import { digestContents, digestSizes, isStamped, writeStamp } from "./stamp.mjs";

/** What the generated code is made from: schemas, templates, and the generators with their versions. */
const INPUTS = ["proto", "buf.yaml", "buf.gen.yaml", "infra/gen", "infra/codegen", "pnpm-lock.yaml"];

/** Generates code from the schemas unless what is there was made from the same. */
export function generateCode(root, node) {
  if (isStamped(stampFile(root), currentStamp(root))) return;
  progress("generating code from proto/");
  const run = spawnSync(node, [join(root, "infra", "gen", "main.ts")], { cwd: root, encoding: "utf8" });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}`);
    fail("could not generate code from proto/: the reason stands above.");
  }
}

/** Says that the generated code is what the schemas make now. */
export function stampGeneratedCode(root) {
  writeStamp(stampFile(root), currentStamp(root));
}

function stampFile(root) {
  return join(root, ".gen", "stamp");
}

function currentStamp(root) {
  return `${digestContents(root, INPUTS)} ${digestSizes(root, ["gen/ts", ".gen/proto"])}`;
}
