import { join } from "node:path";
import { checkBreaking } from "./breaking.ts";
import { type Outcome, runCommand, runScript } from "./command.ts";
import { checkCompose } from "./compose.ts";
import { ROOT } from "./root.ts";

export interface Check {
  readonly name: string;
  run(): Promise<Outcome>;
}

/** Everything that `npm run check` looks at, slowest first. */
export function listChecks(against: string | undefined): readonly Check[] {
  return [
    { name: "types", run: () => compile("tsconfig.json") },
    { name: "console", run: checkConsole },
    { name: "unused", run: () => runCommand("knip", ["--no-progress", "--no-config-hints"]) },
    { name: "core-types", run: () => compile("services/domain/tsconfig.json") },
    { name: "tidy", run: () => runScript("infra/tidy/main.ts") },
    { name: "generated", run: () => runScript("infra/gen/check.ts") },
    { name: "lint", run: () => runCommand("biome", ["check", "--error-on-warnings"]) },
    { name: "schemas", run: checkSchemas },
    { name: "breaking", run: () => checkBreaking(against) },
    { name: "compose", run: checkCompose },
  ];
}

/** Types of the components, which only their own compiler knows, and their form. */
async function checkConsole(): Promise<Outcome> {
  const cwd = join(ROOT, "console");
  const tool = (name: string, args: readonly string[]) =>
    runCommand(join(cwd, "node_modules", ".bin", name), args, { cwd });
  const synced = await tool("svelte-kit", ["sync"]);
  if (synced.code !== 0) return synced;
  const checked = await tool("svelte-check", ["--fail-on-warnings", "--output", "human"]);
  return checked.code === 0 ? tool("prettier", ["--check", "--log-level", "warn", "src/**/*.svelte"]) : checked;
}

async function checkSchemas(): Promise<Outcome> {
  const linted = await runCommand("buf", ["lint"]);
  return linted.code === 0 ? runCommand("buf", ["format", "--diff", "--exit-code", "proto"]) : linted;
}

function compile(project: string): Promise<Outcome> {
  const state = `.gen/${project.replaceAll("/", "-")}.tsbuildinfo`;
  return runCommand("tsc", ["--project", project, "--noEmit", "--incremental", "--tsBuildInfoFile", state]);
}
