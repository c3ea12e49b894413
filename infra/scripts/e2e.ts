import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { passedAtSecondTry } from "./playwright-report.ts";
import { ROOT } from "./root.ts";
import { tellSecondTries } from "./second-tries.ts";

// The console in a browser, each file of tests against a platform of its own; arguments are Playwright's.
const cwd = join(ROOT, "console");
const report = join(ROOT, ".gen", "playwright.json");
const started = performance.now();
rmSync(report, { force: true });
const { code } = await runCommand(join(cwd, "node_modules", ".bin", "playwright"), ["test", ...process.argv.slice(2)], {
  cwd,
  live: true,
});
console.log(`e2e: ${((performance.now() - started) / 60_000).toFixed(2)} minutes`);
// Arguments may ask for other reporters, or for no run at all.
const isSteady = !existsSync(report) || tellSecondTries(passedAtSecondTry(readFileSync(report, "utf8")));
process.exitCode = isSteady ? code : 1;
