import { runSeeds } from "./run/run-seeds.ts";

process.exitCode = await runSeeds(process.argv.slice(2));
