import { tellSecondTries } from "./second-tries.ts";
import { runTests, stage } from "./vitest-run.ts";

// The tests on real engines; arguments are names of test files. One that is left out, for want of an engine, is a failure.
const count = await stage("engine tests", () => runTests("engines", process.argv.slice(2)));
const { passed, failed, skipped } = count;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = tellSecondTries(count.secondTries) && failed === 0 && skipped === 0 ? 0 : 1;
