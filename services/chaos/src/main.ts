import { rmSync } from "node:fs";
import { readOptions, USAGE, WrongOption } from "./options.ts";
import { isBroken, reportOf } from "./report.ts";
import { runChaos } from "./run-chaos.ts";

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else {
    const began = performance.now();
    const tell = (line: string) =>
      console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)}  ${line}`);
    tell(`seed ${options.seed}`);
    const outcome = await runChaos(options, tell);
    console.log(reportOf(options, outcome));
    process.exitCode = isBroken(outcome) ? 1 : 0;
    if (isBroken(outcome)) console.log(`what processes and engines said is in ${outcome.folder}`);
    else rmSync(outcome.folder, { recursive: true, force: true });
  }
} catch (error) {
  if (!(error instanceof WrongOption)) throw error;
  console.error(`chaos: ${error.message}`);
  process.exitCode = 2;
}
