import { type Figure, printFigure, quantile } from "../figure.ts";
import { AtlasSubject } from "./atlas-subject.ts";
import { CANCEL, type Flow, mixedFlow } from "./flow.ts";
import { NaiveSubject } from "./naive-subject.ts";
import { PeerSubject } from "./peer-subject.ts";
import type { Subject } from "./subject.ts";

const OPERATIONS = 300_000;
/** So many of them are timed one by one as well. */
const TIMED_OPERATIONS = 100_000;
const SEED = 20_240_808;

/** Subjects, and how often each runs the flow: the fastest needs more rounds for a steady figure. */
const SUBJECTS: readonly { name: string; make: () => Subject; rounds: number }[] = [
  { name: "atlas", make: () => new AtlasSubject(), rounds: 15 },
  { name: "nodejs-order-book", make: () => new PeerSubject(), rounds: 5 },
  { name: "naive", make: () => new NaiveSubject(), rounds: 1 },
];

/** Same flow, same run; every subject must trade the same quantity and end with as many orders at rest. */
export function run(): void {
  const flow = mixedFlow(OPERATIONS, SEED);
  const ids = Array.from({ length: flow.count }, (_, index) => {
    return `order-${flow.kinds[index] === CANCEL ? flow.targets[index] : index}`;
  });
  const outcomes = SUBJECTS.map(({ name, make, rounds }) => {
    const seconds: number[] = [];
    let outcome = "";
    if (rounds > 1) runThrough(make(), flow, ids);
    for (let round = 0; round < rounds; round++) {
      const subject = make();
      const started = performance.now();
      const traded = runThrough(subject, flow, ids);
      seconds.push((performance.now() - started) / 1000);
      outcome = `traded ${traded}, ${subject.resting()} at rest`;
    }
    seconds.sort((left, right) => left - right);
    const median = seconds[Math.floor(seconds.length / 2)] as number;
    print(name, "throughput", Math.round(flow.count / median), "operations/s");
    printLatency(name, make(), flow, ids);
    return `${name}: ${outcome}`;
  });
  requireSame(outcomes);
}

function runThrough(subject: Subject, flow: Flow, ids: readonly string[]): number {
  let traded = 0;
  for (let index = 0; index < flow.count; index++) traded += subject.apply(flow, ids, index);
  return traded;
}

/** Each operation by itself; the reading of the clock, some 40 ns, is in it. */
function printLatency(name: string, subject: Subject, flow: Flow, ids: readonly string[]): void {
  const latencies = new Float64Array(TIMED_OPERATIONS);
  for (let index = 0; index < TIMED_OPERATIONS; index++) {
    const started = performance.now();
    subject.apply(flow, ids, index);
    latencies[index] = (performance.now() - started) * 1000;
  }
  latencies.sort();
  for (const [metric, share] of [
    ["latency_p50", 0.5],
    ["latency_p99", 0.99],
    ["latency_p999", 0.999],
  ] as const) {
    print(name, metric, Math.round(quantile(latencies, share) * 100) / 100, "us");
  }
}

function requireSame(outcomes: readonly string[]): void {
  const distinct = new Set(outcomes.map((outcome) => outcome.slice(outcome.indexOf(":"))));
  if (distinct.size > 1) throw new Error(`the subjects disagree: ${outcomes.join("; ")}`);
}

function print(subject: string, metric: string, value: number, unit: string): void {
  const figure: Figure = { bench: "match", subject, metric, value, unit };
  printFigure(figure);
}
