/** One of the long runs, and what came of it. */
export interface LongRun {
  /** As it is called by hand. */
  readonly command: string;
  readonly holds: boolean;
  readonly minutes: number;
  /** All that it printed. */
  readonly output: string;
}

/** On what, and when. */
export interface NightlyFacts {
  readonly commit: string;
  /** The tree held what no commit has. */
  readonly isChanged: boolean;
  readonly began: Date;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Of the repository: left out of what is quoted. */
  readonly root: string;
}

/** Lines at the end of an output that are quoted: a summary, or the end of what broke. */
const QUOTED = 60;
/** What the launcher says before anything runs. */
const PREPARING = /^atlas: /;

/** The report in Markdown: every figure is quoted from a run's own output. */
export function nightlyReport(facts: NightlyFacts, runs: readonly LongRun[]): string {
  const { commit, isChanged, began, cores, memoryBytes } = facts;
  const lines = [
    "# Nightly run",
    "",
    "Written by `npm run nightly`; the figures are what its runs printed.",
    "",
    `- commit ${commit}${isChanged ? ", with changes that are not committed" : ""}`,
    `- ${began.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `- ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB of memory`,
  ];
  return `${[...lines, ...runs.flatMap((run) => section(run, facts.root))].join("\n")}\n`;
}

function section({ command, holds, minutes, output }: LongRun, root: string): string[] {
  const printed = output.replaceAll(root, "").trimEnd().split("\n");
  const quoted = printed.filter((line) => !PREPARING.test(line)).slice(-QUOTED);
  const result = holds ? "holds" : "BROKEN";
  return ["", `## \`${command}\`: ${result}`, "", `${minutes.toFixed(0)} minutes.`, "", "```text", ...quoted, "```"];
}
