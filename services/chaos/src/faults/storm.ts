import { setTimeout as sleep } from "node:timers/promises";
import type { FaultGround, FaultKind } from "./fault.ts";
import { nextFault } from "./fault-plan.ts";
import { shortfall } from "./shortfall.ts";

/** What happened. */
export interface StormReport {
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly kills: number;
}

/** Milliseconds between two faults: between these. */
const BETWEEN = { least: 2_000, more: 4_000 };

/** On a machine where processes start slowly faults take longer: so many times the wanted time, at most. */
const LONGEST = 3;

/**
 * Lets one thing after another go wrong for so many milliseconds, and on until it has shown what it should; resolves when all of it
 * is healed.
 */
export async function storm(ground: FaultGround, milliseconds: number): Promise<StormReport> {
  const { cluster, away, roll, tell } = ground;
  const minutes = milliseconds / 60_000;
  const begin = performance.now();
  const faults = new Map<FaultKind, number>();
  const running = new Set<Promise<void>>();
  for (;;) {
    await sleep(BETWEEN.least + roll(BETWEEN.more));
    const passed = performance.now() - begin;
    const isShown = shortfall(faults, minutes, cluster.keepsStore).length === 0;
    if (passed >= milliseconds && (isShown || passed >= LONGEST * milliseconds)) break;
    const fault = nextFault(ground, faults, passed / 60_000);
    if (fault === undefined || away.has(fault.target)) continue;
    const { kind, target } = fault;
    tell(`${(passed / 1_000).toFixed(1)} s: ${kind === "kill" || kind === "pause" ? `${kind} ${target}` : kind}`);
    faults.set(kind, (faults.get(kind) ?? 0) + 1);
    away.add(target);
    const healing = fault.run().finally(() => {
      away.delete(target);
      running.delete(healing);
    });
    running.add(healing);
  }
  await Promise.all(running);
  return { faults, kills: faults.get("kill") ?? 0 };
}
