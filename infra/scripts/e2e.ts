import { join } from "node:path";
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

// The console in a browser, each file of tests against a platform of its own; arguments are Playwright's.
const cwd = join(ROOT, "console");
const started = performance.now();
const { code } = await runCommand(join(cwd, "node_modules", ".bin", "playwright"), ["test", ...process.argv.slice(2)], {
  cwd,
  live: true,
});
console.log(`e2e: ${((performance.now() - started) / 60_000).toFixed(2)} minutes`);
process.exitCode = code;
