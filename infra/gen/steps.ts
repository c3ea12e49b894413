import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { ROOT } from "../scripts/root.ts";
import { writeValidateProto } from "./validate-proto.ts";

/** One generator: writes into `base`/gen/ts, where `base` is an empty folder. */
type Step = (base: string) => void;

/** In this order: a step may read what an earlier one wrote. */
const STEPS: readonly Step[] = [writeValidateProto, writeMessages];

/** What a generator says of its input, first lines only: schemas that do not compile, mostly. */
export class GeneratorFailure extends Error {}

/** Runs every generator. Throws GeneratorFailure when one refuses its input. */
export function generateInto(base: string): void {
  for (const step of STEPS) step(base);
}

/** Messages and services, by buf.gen.yaml. */
function writeMessages(base: string): void {
  runBuf(["generate", "--output", base]);
}

/** Plugins are found in node_modules/.bin and run by this same Node. */
function runBuf(args: string[]): void {
  const bin = join(ROOT, "node_modules", ".bin");
  const run = spawnSync(join(bin, "buf"), args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, PATH: [dirname(process.execPath), bin, process.env.PATH].join(delimiter) },
  });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) throw new GeneratorFailure(firstLines(`buf ${args[0]} failed:\n${run.stdout}${run.stderr}`));
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 20).join("\n");
}
