import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { ControlCommandCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import { ControlCommandSchema } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { type MemoryStore, memoryStore, type StoreCall, type StoreFault } from "@atlas/platform/memory/memory-store";
import type { Clock } from "@atlas/platform/ports/clock";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { refuseMissingEngine } from "./active-engine.ts";
import { openLeasedHost } from "./leased-host.ts";
import type { Role } from "./role.ts";
import type { ShardHost } from "./shard-host.ts";

const system = systemClock();
/** Milliseconds that are passed over. */
let ahead = 0;
const clock: Clock = { ...system, monotonic: () => system.monotonic() + ahead };
const digest = systemDigest();
const partitions = { oms: 4, venue: 2 };
const ROLES = ["oms", "venue", "control", "identity"] as const;
const SHARDS = ["oms/0", "oms/1", "oms/2", "oms/3", "venue/0", "venue/1", "control/0", "identity/0"];
/** A field that no version knows stops the shard that reads it. */
const UNKNOWN = Uint8Array.of(0xf8, 0x3f, 1);
const WAITS = { timeout: 60_000, interval: 50 };
const LACKS = "engine version 2 is active, and this build carries 1 only: start a newer one";
const closers: (() => Promise<void>)[] = [];
let log: MemoryLog;
let store: MemoryStore;
/** Where leases stand; absent: with all else. */
let leases: MemoryStore | undefined;
let failures: string[];
/** What befalls a call to the store. */
let storeFault: (call: StoreCall) => StoreFault | undefined;

beforeEach(() => {
  log = memoryLog({ clock });
  storeFault = () => undefined;
  leases = undefined;
  ahead = 0;
  store = memoryStore({ clock, fault: (call) => storeFault(call) });
  failures = [];
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const portsOf = (writer: string) => {
  return { log, store, leases: leases ?? store, clock, digest, warn: () => undefined, writer };
};

/** A process that owns what is free of its roles. */
function open(name: string, engines: readonly number[], roles: readonly Role[] = ROLES): Promise<ShardHost> {
  return openLeasedHost(
    {
      ...{ ports: portsOf(name), partitions, tickInterval: 100, engines },
      failed: (shard, error) => void failures.push(`${name} ${shard}: ${error.message}`),
      cluster: { roles, host: "127.0.0.1", port: 0, standby: 0 },
      ...{
        key: "a key of every process of this platform",
        journal: silentJournal,
        traces: noTraces,
        watched: () => [],
      },
    },
    (close) => void closers.push(close),
  );
}

/** The engine version of every shard, as a process finds it; 0: it does not answer. */
function versions(host: ShardHost): Promise<number[]> {
  const one = async (shard: string) => {
    const request = create(ReadRequestSchema, { shard, query: { case: "state", value: {} } });
    const { result } = await host.directory.client(shard).read(request, clock.monotonic() + 5_000);
    return result.case === "state" ? result.value.engineVersion : 0;
  };
  return Promise.all(SHARDS.map((shard) => one(shard).catch(() => 0)));
}

/** As a gateway sends it that did not see the old process: its beat was missed. */
async function activate(): Promise<void> {
  const processes = [{ process: "new", versions: [1, 2] }];
  const command = create(ControlCommandSchema, {
    commandId: "c",
    requestId: "r",
    command: { case: "activateEngine", value: { version: 2, processes } },
  });
  const header = { source: "gateway", writer: "gateway", firstNumber: 1n };
  await log.append(topics.controlCommands.name, 0, encodeFrame(header, [encode(ControlCommandCodec, command)], digest));
}

const allBy = (version: number) => SHARDS.map(() => version);

test("S26: a process that lacks what was activated gives its shards to one that carries it, says so, and does not start again", {
  timeout: 150_000,
}, async () => {
  const old = await open("old", [1]);
  await expect.poll(() => versions(old), WAITS).toEqual(allBy(1));
  const other = await open("new", [1, 2]);
  const shared = async () => {
    const living = await other.processes();
    return [...other.missing(), ...old.missing(), living.length === 2 ? "" : "one is not seen"].filter(Boolean);
  };
  await expect.poll(shared, WAITS).toEqual([]);
  expect((await other.processes()).map(({ process, engineVersions }) => [process, engineVersions])).toEqual([
    ["new", [1, 2]],
    ["old", [1]],
  ]);

  await activate();
  await expect.poll(() => versions(other), WAITS).toEqual(allBy(2));
  expect(old.missing()).toEqual([`no shard is owned here: ${LACKS}`]);
  await expect.poll(async () => (await old.processes()).map(({ roles }) => roles), WAITS).toEqual([[...ROLES], []]);
  await expect.poll(() => versions(old), WAITS).toEqual(allBy(2));
  expect([other.missing(), failures]).toEqual([[], []]);

  await expect(refuseMissingEngine(portsOf("old again"), partitions, [1])).rejects.toThrow(LACKS);
  await refuseMissingEngine(portsOf("newer"), partitions, [1, 2]);
});

test("S21: a gateway says which shards have no owner, are being recovered or have stopped in other processes", {
  timeout: 150_000,
}, async () => {
  const gateway = await open("gateway", [1, 2], ["gateway"]);
  await expect.poll(() => gateway.missing(), WAITS).toEqual(SHARDS.map((shard) => `${shard} has no owner`));
  expect(gateway.concerned()).toEqual(SHARDS);

  const ranges = log.range.bind(log);
  const released = Promise.withResolvers<void>();
  log.range = async (topic, partition) => {
    if (topic === topics.orderCommands.name && partition === 1) await released.promise;
    return ranges(topic, partition);
  };
  const owner = await open("owner", [1, 2]);
  await expect.poll(() => gateway.missing(), WAITS).toEqual(["oms/1 is being recovered"]);
  expect([...owner.concerned()].sort()).toEqual([...SHARDS].sort());
  expect(owner.missing()).toEqual(["oms/1 is being recovered"]);
  released.resolve();
  await expect.poll(() => gateway.missing(), WAITS).toEqual([]);

  const header = { source: "gNEWER", writer: "gNEWER", firstNumber: 1n };
  await log.append(topics.orderCommands.name, 2, encodeFrame(header, [UNKNOWN], digest));
  const stopped = ["oms/2 has stopped: atlas.log.v1.OrderCommand has no field 1023 of this wire type"];
  await expect.poll(() => gateway.missing(), WAITS).toEqual(stopped);
  expect(owner.missing()).toEqual(stopped);
  expect(failures).toHaveLength(1);
});

/** An order shard that hears of it has something to say. */
async function createAccount(partition: number): Promise<void> {
  const command = create(OrderCommandSchema, {
    ...{ commandId: "c", accountId: "a", requestId: "r", orderId: "o" },
    command: { case: "createAccount", value: { ownerId: "a" } },
  });
  const header = { source: "gateway", writer: "gateway", firstNumber: 1n };
  const frame = encodeFrame(header, [encode(OrderCommandCodec, command)], digest);
  await log.append(topics.orderCommands.name, partition, frame);
}

test("S24: how far the store is behind an order shard is known in every process, until it has caught up", {
  timeout: 150_000,
}, async () => {
  const gateway = await open("gateway", [1, 2], ["gateway"]);
  const owner = await open("owner", [1, 2]);
  await expect.poll(() => gateway.missing(), WAITS).toEqual([]);
  expect([owner.storeLag(), gateway.storeLag()]).toEqual([0, 0]);
  // What shows events is written many at once; leases and beats one by one.
  storeFault = ({ operation }) => (operation === "putAll" ? { kind: "refused" } : undefined);
  await createAccount(1);
  await expect.poll(() => gateway.storeLag(), WAITS).toBeGreaterThan(0);
  expect(gateway.storeLags()).toEqual(new Map());
  storeFault = () => undefined;
  await expect.poll(() => gateway.storeLag(), WAITS).toBe(0);
});

test("S21, F6: beats and leases go by a way of their own, whatever the store does to all else", {
  timeout: 150_000,
}, async () => {
  leases = memoryStore({ clock });
  storeFault = () => ({ kind: "refused" });
  const owner = await open("owner", [1, 2]);
  await expect.poll(() => [...owner.concerned()].sort(), { timeout: 10_000, interval: 50 }).toEqual([...SHARDS].sort());
  expect((await owner.processes()).map(({ process }) => process)).toEqual(["owner"]);
});

const UNKEPT = "leases are not kept here";
const REFUSED = `${UNKEPT}: refused`;

test.each<[string, Role[], string[]]>([
  [
    "only owns shards says that it keeps no leases until it has, and when it has not for ten seconds",
    [...ROLES],
    [REFUSED],
  ],
  ["is a gateway, too, says that it keeps no leases until it has; then it serves on (F6)", ["gateway", ...ROLES], []],
])("S21: a process that %s", { timeout: 150_000 }, async (_, roles, later) => {
  let refusals = 0;
  const refused = ({ operation }: StoreCall): StoreFault | undefined => {
    if (operation !== "put") return undefined;
    refusals += 1;
    return { kind: "refused" };
  };
  storeFault = refused;
  const owner = await open("owner", [1, 2], roles);
  const said = () => owner.missing().filter((line) => line.startsWith(UNKEPT));
  expect(said()).toEqual([UNKEPT]);
  await expect.poll(said, WAITS).toEqual([REFUSED]);
  storeFault = () => undefined;
  await expect.poll(() => owner.missing(), WAITS).toEqual([]);

  refusals = 0;
  storeFault = refused;
  await expect.poll(() => refusals, WAITS).toBeGreaterThan(1);
  expect(said()).toEqual([]);
  ahead = 11_000;
  expect(said()).toEqual(later);
  storeFault = () => undefined;
  await expect.poll(said, WAITS).toEqual([]);
});
