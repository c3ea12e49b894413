import type { FaultKind } from "./fault.ts";

/** Kills a minute without which a run shows too little. */
const LEAST_KILLS = 5;
/** Minutes from which on a run has to show every kind of fault. */
const WHOLE = 3;
const PROMISED: readonly FaultKind[] = ["kill", "pause", "broker killed", "store restarted", "archive refuses"];

/** Faults that every longer run promises and that have not come; `keepsStore`: the store may be restarted, else it is paused. */
export function missingKinds(came: ReadonlyMap<FaultKind, number>, keepsStore: boolean): FaultKind[] {
  const due = PROMISED.map((kind) => (kind === "store restarted" && !keepsStore ? "store paused" : kind));
  return due.filter((kind) => !came.has(kind));
}

/** What a run of so many minutes has not shown, in words. */
export function shortfall(came: ReadonlyMap<FaultKind, number>, minutes: number, keepsStore: boolean): string[] {
  const [kills, due] = [came.get("kill") ?? 0, minutes * LEAST_KILLS];
  const missing = minutes < WHOLE ? [] : missingKinds(came, keepsStore);
  return [
    ...(kills < due ? [`${kills} kills show too little: ${due} are due`] : []),
    ...missing.map((kind) => `nothing is shown of '${kind}': it never came`),
  ];
}
