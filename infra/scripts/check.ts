import { parseArgs } from "node:util";
import { writeValidateProto } from "../gen/validate-proto.ts";
import { type Check, listChecks } from "./checks.ts";

const MOST_LINES = 60;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { against: { type: "string" } } });
const all = listChecks(values.against);
const unknown = positionals.find((name) => all.every((check) => check.name !== name));
if (unknown !== undefined) {
  console.error(`there is no check "${unknown}"; there are ${all.map((check) => check.name).join(", ")}`);
  process.exit(2);
}
writeValidateProto();
const waiting = all.filter((check) => positionals.length === 0 || positionals.includes(check.name));
await Promise.all([runNext(waiting), runNext(waiting)]);

/** Two at a time: more do not finish sooner on the machines that build this. */
async function runNext(queue: Check[]): Promise<void> {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) await report(check);
}

async function report(check: Check): Promise<void> {
  const started = performance.now();
  const { code, output } = await check.run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const note = code === 0 && output.startsWith("note: ") ? `  ${output.trim()}` : "";
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${check.name.padEnd(10)} ${seconds} s${note}`);
  if (code === 0) return;
  console.log(positionals.length > 0 ? output.trimEnd() : firstLines(output, check.name));
  process.exitCode = 1;
}

/** Enough to see what is wrong; the rest when the check is run by itself. */
function firstLines(output: string, name: string): string {
  const lines = output.trimEnd().split("\n");
  if (lines.length <= MOST_LINES) return lines.join("\n");
  return [...lines.slice(0, MOST_LINES), `... ${lines.length} lines in all: npm run check -- ${name}`].join("\n");
}
