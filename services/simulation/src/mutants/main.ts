import { runMutants } from "./run-mutants.ts";

process.exitCode = await runMutants(process.argv[2] ?? "");
