import { dice } from "@atlas/assembly/simulated/dice";
import { expect, test } from "vitest";
import { type Cluster, USUAL_PROCESSES } from "../cluster/cluster.ts";
import type { FaultGround, FaultKind } from "./fault.ts";
import { nextFault } from "./fault-plan.ts";

const processes = Object.entries(USUAL_PROCESSES).map(([name, roles]) => ({ name, roles }));
const usual = { processes, kafka: { brokers: [{}] }, keepsStore: true } as unknown as Cluster;

const PROMISED: readonly FaultKind[] = ["kill", "pause", "broker killed", "store restarted", "archive refuses"];

/** Every promised kind came once, so many processes were killed. */
function allCame(kills: number): Map<FaultKind, number> {
  return new Map([...PROMISED, "store paused" as const].map((kind) => [kind, kind === "kill" ? kills : 1]));
}

/** What comes next by each of many seeds. */
function nextFaults(away: readonly string[], came: ReadonlyMap<FaultKind, number>, minutes = 1, cluster = usual) {
  return Array.from({ length: 500 }, (_, seed) => {
    const ground = { cluster, away: new Set(away), roll: dice(seed) } as unknown as FaultGround;
    return nextFault(ground, came, minutes);
  });
}

const targets = (away: readonly string[]) => new Set(nextFaults(away, allCame(100)).map((fault) => fault?.target));

test("everything is met, by kill and by pause, and engines too", () => {
  const names = [...Object.keys(USUAL_PROCESSES), "kafka", "dynamodb", "s3"];
  expect([...targets([])].sort()).toEqual(names.sort());
  const kinds = new Set(nextFaults([], allCame(100)).map((fault) => fault?.kind));
  expect(kinds.size).toBe(8);
  expect(kinds).toContain("archive refuses");
});

test("a store that would forget is not restarted", () => {
  const forgets = { ...usual, keepsStore: false };
  const kinds = new Set(nextFaults([], allCame(100), 1, forgets).map((fault) => fault?.kind));
  expect([kinds.has("store restarted"), kinds.has("store paused")]).toEqual([false, true]);
});

test("one gateway stays, and what is away is left alone", () => {
  expect(targets(["gateway-1"]).has("gateway-2")).toBe(false);
  for (const name of ["gateway-1", "oms-1"]) expect(targets(["gateway-1", "oms-1"]).has(name)).toBe(false);
});

test("at most three processes and one engine are away at once", () => {
  expect([...targets(["oms-1", "venue-1", "audit-1"])].sort()).toEqual(["dynamodb", "kafka", "s3", undefined]);
  expect([...targets(["kafka", "oms-1", "venue-1", "audit-1"])]).toEqual([undefined]);
});

test("kills come first where there were too few", () => {
  expect(new Set(nextFaults([], allCame(6)).map((fault) => fault?.kind))).toEqual(new Set(["kill"]));
});

/** The kinds of a run's first faults, each healed at once. */
function kindsOf(seed: number, count: number, minutes: number, cluster = usual): FaultKind[] {
  const ground = { cluster, away: new Set(), roll: dice(seed) } as unknown as FaultGround;
  const came = new Map<FaultKind, number>();
  return Array.from({ length: count }, () => {
    const { kind } = nextFault(ground, came, minutes) ?? { kind: "kill" };
    came.set(kind, (came.get(kind) ?? 0) + 1);
    return kind;
  });
}

test("a run begins with kills, then brings what has not come yet, by the seed", () => {
  for (let seed = 0; seed < 100; seed++) {
    const kinds = kindsOf(seed, 7, 0);
    expect(kinds.slice(0, 3)).toEqual(["kill", "kill", "kill"]);
    expect(new Set(kinds)).toEqual(new Set(PROMISED));
    expect(kindsOf(seed, 7, 0)).toEqual(kinds);
    // However few were killed by then: where processes start slowly, kills are always behind.
    expect(kindsOf(seed, 7, 60)).toEqual(kinds);
  }
});

test("a store that would forget is paused instead", () => {
  const forgets = { ...usual, keepsStore: false };
  expect(kindsOf(1, 7, 0, forgets).toSorted()).toEqual([
    ...["archive refuses", "broker killed", "kill", "kill", "kill", "pause", "store paused"],
  ]);
});

test("while an engine is away, what needs none comes, and the others as soon as it is back", () => {
  const came = new Map<FaultKind, number>([["kill", 5]]);
  expect(new Set(nextFaults(["kafka"], came, 0).map((fault) => fault?.kind))).toEqual(new Set(["pause"]));
  came.set("pause", 1);
  expect(new Set(nextFaults(["kafka"], came, 1).map((fault) => fault?.kind))).toEqual(new Set(["kill"]));
  const back = new Set(nextFaults([], came, 1).map((fault) => fault?.kind));
  expect(back).toEqual(new Set(["broker killed", "store restarted", "archive refuses"]));
});
