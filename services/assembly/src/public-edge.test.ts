import { systemClock } from "@atlas/adapters/system/system-clock";
import { prometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { expect, test } from "vitest";
import { LogProbe } from "./log-probe.ts";
import { openPublicEdge, type PublicEdge } from "./public-edge.ts";
import { PlatformReadiness, type Readiness } from "./readiness.ts";

/** The port of a process that serves no clients. */
function open(readiness: Readiness): Promise<PublicEdge> {
  return openPublicEdge({
    ...{ host: "127.0.0.1", port: 0, clock: systemClock(), journal: silentJournal, metrics: prometheusMetrics() },
    ...{ readiness, traces: noTraces, look: () => undefined },
  });
}

test("grpc.health.v1 says what /readyz says: while something is missing, now or later, nothing is served", async () => {
  let missing: string[] = ["recovering the shards"];
  const edge = await open({ missing: () => missing });
  const said = async () => {
    const [health, ready] = await Promise.all([
      fetch(`${edge.url}/grpc.health.v1.Health/Check`, {
        ...{ method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
      }),
      fetch(`${edge.url}/readyz`),
    ]);
    return { health: await health.json(), ready: ready.status };
  };
  try {
    expect(await said()).toEqual({ health: { status: "NOT_SERVING" }, ready: 503 });
    missing = [];
    await expect.poll(said).toEqual({ health: { status: "SERVING" }, ready: 200 });
    missing = ["the log is away"];
    await expect.poll(said).toEqual({ health: { status: "NOT_SERVING" }, ready: 503 });
  } finally {
    await edge.close(0);
  }
});

test("F12: /readyz says each thing that is missing in a line, the log among them; /livez is 200 all the time", async () => {
  const clock = manualClock();
  const log = memoryLog({ clock });
  const readiness = new PlatformReadiness(clock);
  const probe = new LogProbe(log, clock);
  probe.start();
  let shards = ["oms/3 is being recovered"];
  readiness.asks(() => probe.problems());
  readiness.asks(() => shards);
  readiness.at("recovering the shards");
  const edge = await open(readiness);
  const get = async (path: string) => {
    const response = await fetch(`${edge.url}${path}`);
    return `${response.status} ${(await response.text()).trimEnd()}`;
  };
  const said = async () => [await get("/livez"), await get("/readyz")];
  try {
    log.setDown(true);
    await clock.advance(1_000);
    expect(await said()).toEqual([
      "200 alive",
      "503 the log is away: the log is down\noms/3 is being recovered\nrecovering the shards",
    ]);
    log.setDown(false);
    await clock.advance(1_000);
    readiness.upWithoutMarkets();
    expect(await said()).toEqual(["200 alive", "503 oms/3 is being recovered"]);
    shards = [];
    expect(await said()).toEqual(["200 alive", "200 ready"]);
  } finally {
    probe.close();
    await edge.close(0);
  }
});
