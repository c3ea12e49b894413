import { runScript } from "./command.ts";
import { tellSecondTries } from "./second-tries.ts";
import { runTests, stage } from "./vitest-run.ts";

/** The checks, then all tests, even after a failure: one run tells everything. Ends with the tests counted. */
async function main(): Promise<void> {
  const checked = await stage("check", async () => {
    const { code, output } = await runScript("infra/scripts/check.ts");
    process.stdout.write(output);
    return code === 0;
  });
  const fast = await stage("fast tests", () => runTests("fast"));
  const processes = await stage("process tests", () => runTests("process"));
  const timed = await stage("timed tests", () => runTests("timed"));
  if (!checked) console.log("the checks failed: npm run check");
  const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map(
    (kind) => fast[kind] + processes[kind] + timed[kind],
  );
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  const steady = tellSecondTries([...processes.secondTries, ...timed.secondTries]);
  process.exitCode = checked && failed === 0 && steady ? 0 : 1;
}

await main();
