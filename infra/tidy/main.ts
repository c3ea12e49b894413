import { ROOT } from "../scripts/root.ts";
import { checkSources } from "./rules.ts";
import { readSources } from "./source.ts";

for (const { path, line, message } of checkSources(readSources(ROOT))) {
  console.error(`${path}:${line}: ${message}`);
  process.exitCode = 1;
}
