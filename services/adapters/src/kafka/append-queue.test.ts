import { noTraces } from "@atlas/platform/telemetry/traces";
import { expect, test } from "vitest";
import { AppendQueue } from "./append-queue.ts";
import { MemoryCluster } from "./testing/memory-cluster.ts";

test("S29 what waits behind partitions that always have a request's fill goes with one of the next requests", async () => {
  const cluster = new MemoryCluster();
  const busy = Array.from({ length: 12 }, (_, partition) => partition);
  for (const partition of [...busy, 12]) cluster.lead("t", partition, 1);
  await cluster.refresh();
  const options = { acknowledgement: 1_000, pendingBytes: 1 << 30, headers: () => ({}), traces: noTraces };
  const queue = new AppendQueue({ ...options, map: cluster });
  let isStopped = false;
  const record = new Uint8Array(1_000_000);
  const fill = async (partition: number): Promise<void> => {
    while (!isStopped && cluster.produced.length < 50) await queue.append("t", partition, record);
  };
  // Two writers each: while one waits for its answer, the other's record is there for the next request.
  const writers = [...busy, ...busy].map(fill);
  await queue.append("t", 12, new Uint8Array(10));
  await queue.append("t", 12, new Uint8Array(10));
  isStopped = true;
  await Promise.all(writers);
  expect(cluster.produced.length).toBeLessThan(20);
});
