import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { AtlasProcess } from "../cluster/atlas-process.ts";

/** So many different lines of one process are told; the others are counted. */
const TOLD = 5;

/** Said of what stopped in order, or of a standby that kept too much just as it took over. */
const PASSING = /^the log is closed$|^the shard's owner has not said /;
/**
 * Reasons, whoever gives them, that no outage makes: two owners decided otherwise (I20), a link has two histories (S4), the log has a hole
 * (S15).
 */
const BROKEN = [
  / differs from what \S+ wrote$/,
  / has two histories before \d+$/,
  /^event \d+ of \S+ is missing on the log$/,
  / has another history$/,
];
/** A rule threw, or an image says what no shard of this build writes (S19). */
const DEFECTS = new Set(["a check threw: its order was refused", "an image cannot be read"]);

interface Line {
  readonly msg: string;
  readonly shard?: string;
  readonly reason?: string;
  readonly problem?: string;
}

/**
 * What the processes wrote of broken invariants, in words: a shard that stopped for one is served again by the next owner, and what is there
 * in the end may show nothing of it (I20).
 */
export async function checkJournals(processes: readonly Pick<AtlasProcess, "name" | "log">[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, log } of processes) problems.push(...(await brokenIn(log)).map((line) => `${name} said ${line}`));
  return problems;
}

/** Line by line: an hour's journal may be large. Of those that are told it knows how often each was written. */
async function brokenIn(log: string): Promise<string[]> {
  const counts = new Map<string, number>();
  let others = 0;
  for await (const text of createInterface({ input: createReadStream(log), crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = lineOf(text);
    if (line === undefined || !isBroken(line)) continue;
    const [why] = (line.problem ?? line.reason ?? "").split("\n");
    const what = `"${line.msg}" of ${line.shard ?? "no shard"}: ${why}`;
    const count = counts.get(what) ?? 0;
    if (count === 0 && counts.size === TOLD) others += 1;
    else counts.set(what, count + 1);
  }
  const told = [...counts].map(([what, count]) => (count === 1 ? what : `${what} (${count} times)`));
  return others === 0 ? told : [...told, `${others} more such lines`];
}

function isBroken({ msg, reason = "", problem = "" }: Line): boolean {
  if (msg === "a shard has stopped") return !PASSING.test(problem);
  return DEFECTS.has(msg) || BROKEN.some((broken) => broken.test(reason));
}

/** `undefined`: it is no line of the journal, or was cut off as its process was killed. */
function lineOf(text: string): Line | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const line = JSON.parse(text) as Partial<Line>;
    return line.msg === undefined ? undefined : (line as Line);
  } catch {
    return undefined;
  }
}
