import { setTimeout as sleep } from "node:timers/promises";
import { atlasClient } from "@atlas/cli/client/atlas-client";
import type { Cluster } from "../cluster/cluster.ts";
import { behind } from "./heard.ts";
import type { Trader } from "./trader.ts";

/** Milliseconds in which every request must have its answer once everything is healed. */
const ANSWERED = 60_000;

/**
 * Everything is healed: the platform says so, every request has its answer, every order is asked to end, and every session is told
 * all of its account. What is wrong, in words.
 */
export async function settle(cluster: Cluster, traders: readonly Trader[]): Promise<string[]> {
  const problems: string[] = [];
  await cluster.ready(ANSWERED).catch((error: Error) => problems.push(error.message));
  if (!(await within(ANSWERED, () => unanswered(traders) === 0))) {
    problems.push(`${unanswered(traders)} requests have no answer ${ANSWERED / 1_000} s after everything was healed`);
  }
  for (const trader of traders) trader.cancelAll();
  if (!(await within(ANSWERED, () => unanswered(traders) === 0))) problems.push("orders could not be canceled");
  const missing = await untilHeard(cluster, traders);
  if (missing !== "") problems.push(`not everything was told within ${ANSWERED / 1_000} s: ${missing}`);
  for (const trader of traders) trader.close();
  return problems;
}

/** What sessions have not been told in that time, in words. */
async function untilHeard({ gateways, key }: Cluster, traders: readonly Trader[]): Promise<string> {
  const atlas = atlasClient(gateways[0] as string, key);
  let missing = "";
  await within(ANSWERED, async () => {
    missing = await behind(atlas, traders).catch((error: Error) => error.message);
    return missing === "";
  });
  atlas.close();
  return missing;
}

function unanswered(traders: readonly Trader[]): number {
  return traders.reduce((sum, trader) => sum + trader.unanswered, 0);
}

async function within(milliseconds: number, isTrue: () => boolean | Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}
