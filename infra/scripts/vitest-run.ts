import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";
import { type Count, countTests } from "./vitest-report.ts";

/** Runs the tests of one project of vitest.config.ts, printing as they run; `files` narrows them down. */
export async function runTests(project: string, files: readonly string[] = []): Promise<Count> {
  const report = join(ROOT, ".gen", `vitest-${project}.json`);
  rmSync(report, { force: true });
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code } = await runCommand("vitest", [...args, ...files], { live: true });
  return countTests(code, existsSync(report) ? readFileSync(report, "utf8") : undefined);
}

/** Runs a stage and prints the minutes that it took. */
export async function stage<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await run();
  console.log(`${name}: ${((performance.now() - started) / 60_000).toFixed(2)} minutes`);
  return result;
}
