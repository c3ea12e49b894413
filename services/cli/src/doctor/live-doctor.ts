import { setTimeout as sleep } from "node:timers/promises";
import type { AtlasClient } from "../client/atlas-client.ts";
import { Findings } from "./findings.ts";
import { liveLog } from "./live-log.ts";
import { checkDecisions } from "./live-replay.ts";
import { checkMarketData } from "./market-check.ts";
import { checkOrderLog } from "./order-log-check.ts";
import { checkOutputs } from "./output-check.ts";
import { checkAgainstLog, checkClearing, checkStates } from "./state-check.ts";
import { checkVenueOrders } from "./venue-order-check.ts";

/** What a state says stands on the log at the latest so many milliseconds later. */
const ACKNOWLEDGED = 1_000;

/** Examines a running platform: what its shards say of themselves, and, unless `quick`, all of its log, decided once more. */
export async function examineLive(atlas: AtlasClient, quick: boolean, step: (text: string) => void): Promise<Findings> {
  const findings = new Findings();
  step("asking the shards");
  const { shards } = await atlas.operations.getSystemState({});
  checkStates(shards, findings);
  await checkClearing(atlas, findings);
  if (quick) return findings;
  await sleep(ACKNOWLEDGED);
  const source = await liveLog(atlas);
  const sequences = new Map(shards.map((state) => [state.shard, Number(state.sequence)]));
  step("reading the commands and events of orders");
  const readings = await checkOrderLog(source, findings, (partition) => sequences.get(`oms/${partition}`) ?? 0);
  checkAgainstLog(shards, readings, findings);
  step("reading the orders at venues");
  await checkVenueOrders(source, findings, readings);
  step("reading the market");
  await checkMarketData(source, findings);
  step("reading the reports");
  await checkOutputs(source, findings);
  await checkDecisions(atlas, source, findings, step);
  return findings;
}
