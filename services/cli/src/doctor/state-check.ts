import { setTimeout as sleep } from "node:timers/promises";
import { printScaled } from "@atlas/domain/money/decimal";
import type { AssetTotals, ShardState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { AtlasClient } from "../client/atlas-client.ts";
import type { Findings } from "./findings.ts";
import type { ShardReading } from "./order-log-check.ts";
import { type AssetSums, unitsOf } from "./shard-books.ts";

/** A trade's two reports reach their shards a moment apart; so often is looked again for one without any under way. */
const LOOKS = 40;
const PAUSE = 250;

/** What every shard says of itself, at one sequence each: sums (I1), nothing negative (I2), reserved for orders (I3). */
export function checkStates(states: readonly ShardState[], findings: Findings): void {
  const ready = findings.rule("S20", "shards have recovered and decide");
  const conservation = findings.rule("I1", "sums of accounts, clearing and fees are deposits less withdrawals");
  const committed = findings.rule("I3", "reserved sums are those of the open orders");
  for (const state of states) {
    ready.see();
    if (!state.ready) ready.broken(`${state.shard} is not ready`);
    for (const totals of state.totals) {
      conservation.see();
      const sums = sumsOf(totals);
      const sum = sums.available + sums.reserved + sums.clearing + sums.fees + sums.external;
      if (sum !== 0n) conservation.broken(`${state.shard}: ${totals.asset} is off by ${printScaled(sum, 8)}`);
      committed.see();
      const stated = state.committed.find((one) => one.asset === totals.asset)?.amount ?? "0";
      if (unitsOf(stated) !== sums.reserved) {
        committed.broken(`${state.shard}: ${totals.reserved} ${totals.asset} reserved, committed ${stated}`);
      }
    }
  }
}

/** What a shard says of itself is what its events on the log come to (I21). */
export function checkAgainstLog(
  states: readonly ShardState[],
  readings: readonly ShardReading[],
  findings: Findings,
): void {
  const rule = findings.rule("I21", "sums of the state are those of the log");
  for (const { partition, sequence, books } of readings) {
    const state = states.find((one) => one.shard === `oms/${partition}`);
    if (state === undefined || Number(state.sequence) !== sequence) {
      if (state !== undefined) rule.broken(`oms/${partition} says ${state.sequence}, its log ends at ${sequence}`);
      continue;
    }
    for (const totals of state.totals) {
      rule.see();
      const said = sumsOf(totals);
      const found = books.assets.get(totals.asset);
      const isSame = found !== undefined ? isEqual(said, found) : isEqual(said, sumsOf(undefined));
      if (!isSame) rule.broken(`oms/${partition}: ${totals.asset} differs between state and log`);
    }
  }
}

/** Over all shards clearing comes to nothing, whenever no trade is between its two shards. */
export async function checkClearing(atlas: AtlasClient, findings: Findings): Promise<void> {
  const rule = findings.rule("I1", "");
  let open: string[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const { shards } = await atlas.operations.getSystemState({});
    open = openClearing(shards.filter((state) => state.shard.startsWith("oms/")));
    if (open.length === 0) return;
    await sleep(PAUSE);
  }
  rule.broken(`clearing over all shards never came to nothing in ${(LOOKS * PAUSE) / 1_000} s: ${open.join(", ")}`);
}

function openClearing(states: readonly ShardState[]): string[] {
  const sums = new Map<string, bigint>();
  for (const totals of states.flatMap((state) => state.totals)) {
    sums.set(totals.asset, (sums.get(totals.asset) ?? 0n) + unitsOf(totals.clearing));
  }
  return [...sums].flatMap(([asset, sum]) => (sum === 0n ? [] : [`${asset} ${printScaled(sum, 8)}`]));
}

function sumsOf(totals: AssetTotals | undefined): AssetSums {
  return {
    available: unitsOf(totals?.available ?? ""),
    reserved: unitsOf(totals?.reserved ?? ""),
    clearing: unitsOf(totals?.clearing ?? ""),
    fees: unitsOf(totals?.fees ?? ""),
    external: unitsOf(totals?.withdrawn ?? "") - unitsOf(totals?.deposited ?? ""),
  };
}

function isEqual(one: AssetSums, other: AssetSums): boolean {
  return (
    one.available === other.available &&
    one.reserved === other.reserved &&
    one.clearing === other.clearing &&
    one.fees === other.fees &&
    one.external === other.external
  );
}
