import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster.ts";
import type { Trader } from "./trader.ts";

/** Milliseconds in which every request must have its answer once everything is healed. */
const ANSWERED = 60_000;

/** Everything is healed: the platform says so, every request has its answer, and every order is asked to end. What is wrong, in words. */
export async function settle(cluster: Cluster, traders: readonly Trader[]): Promise<string[]> {
  const problems: string[] = [];
  await cluster.ready(ANSWERED).catch((error: Error) => problems.push(error.message));
  if (!(await within(ANSWERED, () => unanswered(traders) === 0))) {
    problems.push(`${unanswered(traders)} requests have no answer ${ANSWERED / 1_000} s after everything was healed`);
  }
  for (const trader of traders) trader.cancelAll();
  if (!(await within(ANSWERED, () => unanswered(traders) === 0))) problems.push("orders could not be canceled");
  for (const trader of traders) trader.close();
  return problems;
}

function unanswered(traders: readonly Trader[]): number {
  return traders.reduce((sum, trader) => sum + trader.unanswered, 0);
}

async function within(milliseconds: number, isTrue: () => boolean): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (!isTrue()) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}
