import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { countBrowserTests } from "./playwright-report.ts";
import { ROOT } from "./root.ts";
import type { Count } from "./vitest-report.ts";

/** Runs tests of the console in a browser, printing as they run; arguments are Playwright's. */
export async function runBrowserTests(args: readonly string[]): Promise<Count> {
  const cwd = join(ROOT, "console");
  const report = join(ROOT, ".gen", "playwright.json");
  rmSync(report, { force: true });
  const playwright = join(cwd, "node_modules", ".bin", "playwright");
  const { code } = await runCommand(playwright, ["test", ...args], { cwd, live: true });
  // Arguments may ask for other reporters, or for no run at all.
  return countBrowserTests(code, existsSync(report) ? readFileSync(report, "utf8") : undefined);
}
