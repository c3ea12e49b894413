import { runCommand } from "./command.ts";

// What can be mended without a decision: formatting, import order, safe lint fixes.
const biome = await runCommand("biome", ["check", "--write"], { live: true });
const buf = await runCommand("buf", ["format", "--write", "proto"], { live: true });
process.exitCode = Math.max(biome.code, buf.code);
