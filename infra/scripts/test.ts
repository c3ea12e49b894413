import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand, runScript } from "./command.ts";
import { ROOT } from "./root.ts";
import { type Count, countTests } from "./vitest-report.ts";

/** The checks, then all tests, even after a failure: one run tells everything. Ends with the tests counted. */
async function main(): Promise<void> {
  const checked = await stage("check", async () => {
    const { code, output } = await runScript("infra/scripts/check.ts");
    process.stdout.write(output);
    return code === 0;
  });
  const fast = await stage("fast tests", () => runTests("fast"));
  const slow = await stage("process tests", () => runTests("process"));
  if (!checked) console.log("the checks failed: npm run check");
  const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map((kind) => fast[kind] + slow[kind]);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = checked && failed === 0 ? 0 : 1;
}

async function stage<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await run();
  console.log(`${name}: ${((performance.now() - started) / 60_000).toFixed(2)} minutes`);
  return result;
}

async function runTests(project: string): Promise<Count> {
  const report = join(ROOT, ".gen", `vitest-${project}.json`);
  rmSync(report, { force: true });
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const { code } = await runCommand("vitest", args, { live: true });
  return countTests(code, existsSync(report) ? readFileSync(report, "utf8") : undefined);
}

await main();
