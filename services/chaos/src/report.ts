import type { ChaosOptions } from "./options.ts";
import type { Outcome } from "./run-chaos.ts";
import type { Verdict } from "./verdict/compare.ts";

/** Milliseconds from a death to service of all its shards that are promised (S21). A run on one machine only fails far above. */
const PROMISED = 6_000;

/** Something is broken. */
export function isBroken({ verdict, problems }: Outcome): boolean {
  const { lost, doubled, findings, brokenOff } = verdict;
  return (
    lost > 0 || doubled > 0 || brokenOff !== undefined || problems.length > 0 || findings.some(({ holds }) => !holds)
  );
}

/** What a run was and came to, for people. */
export function reportOf({ minutes, seed, rate }: ChaosOptions, outcome: Outcome): string {
  const { storm, s3Faults, book, loadSeconds, watch, failedStarts, verdict, problems } = outcome;
  const counted = (counts: ReadonlyMap<string, number>) => [...counts].map(([kind, count]) => `${kind} ${count}`);
  const submits = book.asked.filter(({ content }) => content.kind === "submit").length;
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
  const late = watch.undisturbed.filter((time) => time > PROMISED);
  const slowest = [...watch.longest].toSorted((one, other) => other[1] - one[1]);
  const held = verdict.brokenOff === undefined ? "holds " : "so far";
  const lines = [
    `chaos: seed ${seed}, ${minutes} min, ${rate} requests/s wanted`,
    `faults: ${counted(storm.faults).join(", ")}; ${storm.kills} kills of processes, ${failedStarts} starts repeated`,
    `requests to S3 that went wrong while it refused: ${counted(s3Faults).join(", ") || "none"}`,
    `requests: ${book.asked.length}, of which ${submits} orders, ${book.batched} of them in batches, ${(submits / loadSeconds).toFixed(0)} orders/s; sent again ${book.repeated} times, ${book.givenUp} given up`,
    `unanswered at most: ${seconds(book.longestWait)}`,
    `from a death to service, by shard, at most: ${slowest.map(([shard, time]) => `${shard} ${seconds(time)}`).join(", ")}`,
    `the same while nothing else that it takes was away: ${watch.undisturbed.map(seconds).join(", ") || "no such death"}`,
    `of these longer than the promised ${seconds(PROMISED)}: ${late.length} of ${watch.undisturbed.length}`,
    ...verdict.findings.map(
      ({ invariant, holds, text }) => `${invariant.padEnd(4)} ${holds ? held : "BROKEN"}  ${text}`,
    ),
    ...problems.map((problem) => `BROKEN: ${problem}`),
    ...conclusion(verdict),
  ];
  return lines.join("\n");
}

/** What nobody looked at may be lost or doubled, and is not said to be neither. */
function conclusion({ lost, doubled, brokenOff }: Verdict): string[] {
  const counts = `lost ${lost}, doubled ${doubled}`;
  if (brokenOff === undefined) return [counts];
  return [
    `BROKEN: not all could be compared: ${brokenOff}`,
    `${counts} in what was compared; of the rest it is not known`,
  ];
}
