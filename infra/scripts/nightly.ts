import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCommand } from "./command.ts";
import { type LongRun, type NightlyFacts, nightlyReport } from "./nightly-report.ts";
import { ROOT } from "./root.ts";

/** What a night is; a shorter one is not written down. */
const WHOLE = { seeds: 2_000, minutes: 60 };
const REPORT = "docs/nightly.md";
const LOWEST = ["nice", "-n", "19"];
/** Of a command, what a person would leave out who calls it. */
const UNTOLD = [...LOWEST, "--silent"];

/** The runs that are too long for every change: many seeds, every planted fault, real processes killed for an hour or replaced. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seeds: { type: "string" }, minutes: { type: "string" } } });
  const seeds = whole("--seeds", values.seeds ?? `${WHOLE.seeds}`);
  const minutes = whole("--minutes", values.minutes ?? `${WHOLE.minutes}`);
  const facts = await factsNow();
  const timed = inTurn([
    ["npm", "run", "--silent", "chaos", "--", "--minutes", `${minutes}`],
    ["npx", "vitest", "run", "--project", "cluster"],
    ["npm", "run", "--silent", "test:engines"],
  ]);
  // Knows no clock: it takes what real processes leave of the processors.
  const simulated = inTurn([
    [...LOWEST, "npm", "run", "--silent", "sim", "--", "--seeds", `${seeds}`],
    [...LOWEST, "npm", "run", "--silent", "sim:mutants"],
  ]);
  const runs = [...(await simulated), ...(await timed)];
  const report = nightlyReport(facts, runs);
  const isWhole = seeds >= WHOLE.seeds && minutes >= WHOLE.minutes;
  if (isWhole) writeFileSync(join(ROOT, REPORT), report);
  console.log(`\n${report}\n${isWhole ? `written to ${REPORT}` : `shortened: not written to ${REPORT}`}`);
  process.exitCode = runs.every(({ holds }) => holds) ? 0 : 1;
}

async function inTurn(commands: readonly string[][]): Promise<LongRun[]> {
  const runs: LongRun[] = [];
  for (const command of commands) runs.push(await longRun(command));
  return runs;
}

async function longRun([command = "", ...words]: readonly string[]): Promise<LongRun> {
  const started = performance.now();
  const heard = (text: string) => void process.stdout.write(text);
  const { code, output } = await runCommand(command, words, { heard });
  const minutes = (performance.now() - started) / 60_000;
  const told = [command, ...words].filter((word) => !UNTOLD.includes(word)).join(" ");
  return { command: told, holds: code === 0, minutes, output };
}

async function factsNow(): Promise<NightlyFacts> {
  const git = async (...args: string[]) => (await runCommand("git", args)).output.trim();
  return {
    commit: await git("rev-parse", "HEAD"),
    isChanged: (await git("status", "--porcelain")) !== "",
    began: new Date(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    root: ROOT,
  };
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Error(`${name} is a whole number from 1 to 999999, not "${text}"`);
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
