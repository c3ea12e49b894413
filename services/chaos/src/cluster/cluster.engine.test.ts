import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { requestId as newRequestId } from "@atlas/cli/client/request-id";
import { OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AtlasProcess } from "./atlas-process.ts";
import { type Cluster, startCluster, USUAL_PROCESSES } from "./cluster.ts";
import { OWNED_AGAIN } from "./testing/service-bounds.ts";

/** Milliseconds that an attempt waits: what is measured is when a shard is owned again, not how long a client is patient. */
const ATTEMPT = 1_000;

const folder = mkdtempSync(join(tmpdir(), "atlas-cluster-"));
let cluster: Cluster;
let clients: AtlasClient[] = [];

beforeAll(async () => {
  cluster = await startCluster({ folder, processes: USUAL_PROCESSES });
  await cluster.ready();
  clients = cluster.gateways.map((url) => atlasClient(url, cluster.key));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function processOf(name: string): AtlasProcess {
  const found = cluster.processes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no process ${name}`);
  return found;
}

/** As a client that means it: the same request to one gateway after the other until it is answered. */
async function submit(): Promise<{ orderId: string; milliseconds: number }> {
  const request = {
    requestId: newRequestId(),
    accountId: "demo",
    order: { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.MARKET, quantity: "0.01" },
  };
  const began = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { order } = await (clients[attempt % clients.length] as AtlasClient).orders.submitOrder(request, {
        timeoutMs: ATTEMPT,
      });
      return { orderId: order?.orderId ?? "", milliseconds: performance.now() - began };
    } catch (error) {
      if (performance.now() - began > 60_000) throw error;
      await sleep(50);
    }
  }
}

async function expectFilled(orderId: string): Promise<void> {
  for (const client of clients) {
    const read = async () => (await client.orders.getOrder({ accountId: "demo", orderId })).order?.status;
    await expect.poll(read, { timeout: 30_000 }).toBe(OrderStatus.FILLED);
  }
}

describe("a platform of seven processes", () => {
  test("fills orders through either gateway, and both tell the same", async () => {
    for (let count = 0; count < 4; count += 1) await expectFilled((await submit()).orderId);
  });

  test("S21 what a process owned that is killed is owned again soon: clients see a delay", async () => {
    await submit();
    for (const name of ["oms-1", "venue-1", "oms-2", "venue-2"]) {
      await processOf(name).process.kill();
      const { orderId, milliseconds } = await submit();
      console.log(`${name} killed: decided after ${Math.round(milliseconds)} ms`);
      expect(milliseconds).toBeLessThan(OWNED_AGAIN);
      await expectFilled(orderId);
      await processOf(name).process.start();
      await cluster.ready();
    }
  });
});
