import { dice } from "@atlas/assembly/simulated/dice";
import { expect, test } from "vitest";
import { type Cluster, USUAL_PROCESSES } from "../cluster/cluster.ts";
import type { FaultGround } from "./fault.ts";
import { nextFault } from "./fault-plan.ts";

const processes = Object.entries(USUAL_PROCESSES).map(([name, roles]) => ({ name, roles }));
const usual = { processes, kafka: { brokers: [{}] }, keepsStore: true } as unknown as Cluster;

/** What comes first of each of many seeds. */
function firstFaults(away: readonly string[], kills: number, minutes: number, cluster = usual) {
  return Array.from({ length: 500 }, (_, seed) => {
    const ground = { cluster, away: new Set(away), roll: dice(seed) } as unknown as FaultGround;
    return nextFault(ground, kills, minutes);
  });
}

const targets = (away: readonly string[]) => new Set(firstFaults(away, 100, 1).map((fault) => fault?.target));

test("everything is met, by kill and by pause, and engines too", () => {
  const names = [...Object.keys(USUAL_PROCESSES), "kafka", "dynamodb", "s3"];
  expect([...targets([])].sort()).toEqual(names.sort());
  const kinds = new Set(firstFaults([], 100, 1).map((fault) => fault?.kind));
  expect(kinds.size).toBe(8);
  expect(kinds).toContain("archive refuses");
});

test("a store that would forget is not restarted", () => {
  const forgets = { ...usual, keepsStore: false };
  const kinds = new Set(firstFaults([], 100, 1, forgets).map((fault) => fault?.kind));
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
  expect(new Set(firstFaults([], 6, 1).map((fault) => fault?.kind))).toEqual(new Set(["kill"]));
});
