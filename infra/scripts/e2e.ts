import { runBrowserTests } from "./playwright-run.ts";
import { tellSecondTries } from "./second-tries.ts";
import { stage } from "./vitest-run.ts";

// The console in a browser, each file of tests against a platform of its own; arguments are Playwright's.
const { failed, secondTries } = await stage("e2e", () => runBrowserTests(process.argv.slice(2)));
const isSteady = tellSecondTries(secondTries);
process.exitCode = isSteady && failed === 0 ? 0 : 1;
