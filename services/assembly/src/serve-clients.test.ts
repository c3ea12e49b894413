import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { prometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import { ProcessBeatSchema } from "@atlas/gen/atlas/log/v1/lease_pb";
import { MarketView } from "@atlas/market/market-view";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import { memoryArchive } from "@atlas/platform/memory/memory-archive";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLeasedHost } from "./leased-host.ts";
import { PARTITIONS } from "./platform-terms.ts";
import { PlatformReadiness } from "./readiness.ts";
import type { Role } from "./role.ts";
import { serveClients } from "./serve-clients.ts";
import type { ShardHost } from "./shard-host.ts";
import type { PlatformPorts } from "./start-platform.ts";

const WAITS = { timeout: 60_000, interval: 50 };
const clock = systemClock();
const closers: (() => Promise<void> | void)[] = [];
const closes = (close: () => Promise<void> | void) => void closers.push(close);
let folder: string;
let shared: Pick<PlatformPorts, "log" | "store" | "archive">;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atlas-serving-"));
  closes(() => rm(folder, { recursive: true, force: true }));
  shared = { log: memoryLog({ clock }), store: memoryStore({ clock }), archive: memoryArchive({ clock }) };
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function portsOf(writer: string): PlatformPorts {
  const system = { clock, digest: systemDigest(), compression: systemCompression() };
  return { ...shared, ...system, leases: shared.store, traces: noTraces, warn: () => undefined, writer };
}

function openHost(ports: PlatformPorts, roles: readonly Role[]): Promise<ShardHost> {
  return openLeasedHost(
    {
      ...{ ports, partitions: PARTITIONS, tickInterval: 100, failed: () => undefined },
      cluster: { roles, host: "127.0.0.1", port: 0, standby: 0 },
      ...{ key: "a key of every process of this platform", journal: silentJournal, traces: noTraces },
      watched: () => [],
    },
    closes,
  );
}

/** A gateway of a process of its own; resolves with its address when it has what a new platform begins with. */
async function serve(): Promise<string> {
  const ports = portsOf("gateway");
  const host = await openHost(ports, ["gateway"]);
  const market = new MarketView({ ...ports, readOnly: true }, PARTITIONS.venue);
  closes(() => market.close());
  const archivePace = { bytes: 4_194_304, milliseconds: 600_000 };
  const stopping = new AbortController();
  const { url, started } = await serveClients({
    options: {
      ...{ host: "127.0.0.1", port: 0, dataFolder: folder, archivePace },
      ...{ journal: silentJournal, progress: () => undefined },
    },
    ...{ ports, host, market, marketRead: market.start(), readiness: new PlatformReadiness(clock) },
    ...{ metrics: prometheusMetrics(), look: () => undefined, disk: { isLow: false }, stage: () => undefined, closes },
    signal: stopping.signal,
  });
  closes(() => stopping.abort());
  await started;
  return url;
}

/** How a call ends, by the local key: `ok`, or Connect's code with what the platform says. */
async function call(url: string, method: string, request: object): Promise<string> {
  const key = (await readFile(join(folder, "cli.key"), "utf8")).trim();
  const response = await fetch(`${url}/atlas.${method}`, {
    ...{ method: "POST", body: JSON.stringify(request), signal: AbortSignal.timeout(30_000) },
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  const { code, message } = (await response.json()) as { readonly code?: string; readonly message?: string };
  return response.ok ? "ok" : `${code} ${message}`;
}

test("S24: a gateway takes no new orders while the store is far behind in another process, but deposits, and then again", {
  timeout: 150_000,
}, async () => {
  await openHost(portsOf("owner"), ["oms", "venue", "control", "identity"]);
  const url = await serve();
  const accountId = "demo";
  const order = {
    instrumentId: "BTC-USD",
    side: "SIDE_BUY",
    type: "ORDER_TYPE_LIMIT",
    timeInForce: "TIME_IN_FORCE_GTC",
  };
  const submit = (requestId: string) =>
    call(url, "order.v1.OrderService/SubmitOrder", {
      ...{ requestId, accountId },
      order: { ...order, quantity: "1", limitPrice: "1" },
    });
  const amount = { asset: "USD", amount: "1" };
  const deposit = (requestId: string) =>
    call(url, "account.v1.AccountService/DepositFunds", { requestId, accountId, amount });
  expect(await submit("one")).toBe("ok");

  // Its name comes before the owner's, which is behind by nothing.
  const beat = (storeLag: bigint, version: number) =>
    new LeaseTable(shared.store).beat(
      create(ProcessBeatSchema, { process: "behind", roles: ["oms"], storeLag }),
      version,
    );
  await beat(200_001n, 1);
  await expect.poll(() => submit("two"), WAITS).toBe("resource_exhausted the query store is far behind: no new orders");
  expect(await deposit("three")).toBe("ok");
  await beat(200_000n, 2);
  await expect.poll(() => submit("two"), WAITS).toBe("ok");
});
