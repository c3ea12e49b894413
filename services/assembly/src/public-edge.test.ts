import { systemClock } from "@atlas/adapters/system/system-clock";
import { prometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { expect, test } from "vitest";
import { openPublicEdge } from "./public-edge.ts";

test("grpc.health.v1 says what /readyz says: while something is missing, now or later, nothing is served", async () => {
  let missing: string[] = ["recovering the shards"];
  const edge = await openPublicEdge({
    ...{ host: "127.0.0.1", port: 0, clock: systemClock(), journal: silentJournal, metrics: prometheusMetrics() },
    readiness: { missing: () => missing },
    traces: noTraces,
    look: () => undefined,
  });
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
