import { tellSecondTries } from "./second-tries.ts";
import { runTests, stage } from "./vitest-run.ts";

// The tests on real engines, then what clients ask of a platform asked of one on engines; arguments are names of test files. One
// that is left out, for want of an engine, is a failure.
const files = process.argv.slice(2);
const ports = await stage("engine tests", () => runTests("engines", files));
const clients = await stage("end-to-end tests on engines", () => runTests("end-to-end", files));
const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map((kind) => ports[kind] + clients[kind]);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
const isSteady = tellSecondTries([...ports.secondTries, ...clients.secondTries]);
process.exitCode = isSteady && failed === 0 && skipped === 0 ? 0 : 1;
