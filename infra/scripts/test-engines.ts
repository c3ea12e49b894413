import { setup, teardown } from "./engines-setup.ts";
import { runBrowserTests } from "./playwright-run.ts";
import { tellSecondTries } from "./second-tries.ts";
import { runTests, stage } from "./vitest-run.ts";

/** What a person sees first, orders by hand, and what a desk shows after kill -9. The others see no more of the engines behind it. */
const IN_BROWSER = ["smoke", "orders", "resume"].map((name) => `/${name}.e2e.ts`);

// The tests on real engines, then what clients ask of a platform asked of one on engines, some of it in a browser; arguments are names
// of test files, and then, as by `--no-browser`, nothing is done in a browser. One that is left out, for want of an engine, is a failure.
const NO_BROWSER = "--no-browser";
const files = process.argv.slice(2).filter((word) => word !== NO_BROWSER);
const usesBrowser = files.length === 0 && !process.argv.includes(NO_BROWSER);
const counts = [await stage("engine tests", () => runTests("engines", files))];
await setup();
try {
  counts.push(await stage("end-to-end tests on engines", () => runTests("end-to-end", files)));
  if (usesBrowser) counts.push(await stage("browser tests on engines", () => runBrowserTests(IN_BROWSER)));
} finally {
  await teardown();
}
const [passed, failed, skipped] = (["passed", "failed", "skipped"] as const).map((kind) =>
  counts.reduce((sum, count) => sum + count[kind], 0),
);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
const isSteady = tellSecondTries(counts.flatMap(({ secondTries }) => secondTries));
process.exitCode = isSteady && failed === 0 && skipped === 0 ? 0 : 1;
