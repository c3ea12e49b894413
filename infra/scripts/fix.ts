import { join } from "node:path";
import { runCommand } from "./command.ts";
import { ROOT } from "./root.ts";

// What can be mended without a decision: formatting, import order, safe lint fixes.
const biome = await runCommand("biome", ["check", "--write"], { live: true });
const buf = await runCommand("buf", ["format", "--write", "proto"], { live: true });
const cwd = join(ROOT, "console");
const prettier = join(cwd, "node_modules", ".bin", "prettier");
const svelte = await runCommand(prettier, ["--write", "--log-level", "warn", "src/**/*.svelte"], { cwd, live: true });
process.exitCode = Math.max(biome.code, buf.code, svelte.code);
