import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { type ReadRequest, ReadRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { LeaseKeeper } from "@atlas/platform/lease/lease-keeper";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import { LeaseView } from "@atlas/platform/lease/lease-view";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { openFrame } from "@atlas/platform/wire/codec/frame";
import { TickDriver } from "@atlas/venue/tick-driver";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LeasedShards } from "./leased-shards.ts";
import { SHARD_KINDS, shardsOf } from "./owned-shard.ts";
import { fewInstruments } from "./simulated/few-instruments.ts";
import { MemoryPlatform } from "./simulated/memory-platform.ts";
import type { SimulatedProcess } from "./simulated/simulated-process.ts";
import { StandbyShards } from "./standby-shards.ts";
import { Desk } from "./testing/desk.ts";

let platform: MemoryPlatform;
let processes: Leased[];
/** What processes told of shards that they serve. */
let served: { after: string }[];
/** Shards, and who wrote for them. */
let writers: Set<string>;
const accounts = ["ada", "bob", "cyn", "dan", "eve", "fay"];

/** A process that owns shards by leases and keeps others' hot, as `openLeasedHost` puts it together, on the simulated world. */
class Leased {
  readonly process: SimulatedProcess;
  readonly shards: LeasedShards;
  readonly standbys: StandbyShards;
  readonly keeper: LeaseKeeper;

  constructor(standby: number) {
    const { world, partitions } = platform;
    this.process = world.process("owner");
    const { name, log, store, clock } = this.process;
    const warn = (message: string) => void platform.warnings.push(`${name}: ${message}`);
    const ports = { log, store, clock, digest: world.digest, warn, writer: name };
    const failed = (shard: string, error: Error) => void platform.failures.push(`${name} ${shard}: ${error.stack}`);
    const directory: ShardDirectory = { client: (shard) => this.shards.client(shard) };
    const options = { ports, partitions, directory, tickInterval: 100, failed };
    this.standbys = new StandbyShards(options, standby);
    const journal = { info: (_: string, facts: object) => void served.push(facts as (typeof served)[number]) };
    this.shards = new LeasedShards(options, { standbys: this.standbys, journal });
    const table = new LeaseTable(store);
    const view = new LeaseView(table, clock);
    const kinds = SHARD_KINDS.map((kind) => [kind, shardsOf(kind, partitions)] as const);
    const all = kinds.flatMap(([, shards]) => shards);
    view.listen(() => this.standbys.keep(all, (shard) => view.holderOf(shard), name));
    this.keeper = new LeaseKeeper(
      {
        ...{ clock, warn, table, view, patience: 4_000 },
        beat: () => ({ process: name, address: `http://${name}`, roles: [...SHARD_KINDS] }),
        shards: new Map(kinds),
        isHot: (shard) => this.standbys.isHot(shard),
      },
      this.shards,
    );
    this.keeper.start();
    const venues = { [Symbol.iterator]: () => this.shards.venues() };
    new TickDriver(ports, venues, { watched: 500, quiet: 1_000 }, () => true).start();
  }
}

function ownerOf(shard: string): Leased {
  const owner = processes.find(({ process, keeper }) => process.state !== "DEAD" && keeper.held.has(shard));
  if (owner === undefined) throw new Error(`${shard} has no owner`);
  return owner;
}

async function start(standby: number): Promise<void> {
  platform = new MemoryPlatform();
  writers = new Set();
  served = [];
  platform.world.written = (_topic, _partition, { bytes }) => {
    const { source, writer } = openFrame(bytes, platform.world.digest).header;
    // A gateway's frame is signed by itself.
    if (source.includes("/")) writers.add(`${source} ${writer}`);
  };
  processes = [new Leased(standby), new Leased(standby)];
  await platform.clock.advance(5_000);
  await platform.startGateway((shard) => {
    const owner = processes.find((one) => one.process.state !== "DEAD" && serves(one, shard));
    return owner && { process: owner.process, inside: owner };
  });
  const instruments = platform.client(InstrumentService);
  for (const instrument of fewInstruments) {
    await platform.run(instruments.defineInstrument({ requestId: instrument.instrumentId, instrument }));
  }
  for (const account of accounts) await platform.account(account, { USD: "100000" });
  await platform.clock.advance(5_000);
}

function serves({ shards }: Leased, shard: string): boolean {
  try {
    return shards.client(shard) !== undefined;
  } catch {
    return false;
  }
}

function submitAll(): Promise<string[]> {
  const submit = (account: string) => new Desk(platform, account).submit({ limitPrice: "2000" });
  return platform.run(Promise.all(accounts.map((account) => submit(account).then(({ orderId }) => orderId))));
}

async function hashOf(shard: string): Promise<string> {
  const query = { case: "state", value: { withStateHash: true } } as const;
  const request: ReadRequest = create(ReadRequestSchema, { shard, query });
  const deadline = platform.clock.monotonic() + 5_000;
  const { result } = await platform.run(ownerOf(shard).shards.client(shard).read(request, deadline));
  return result.case === "state" ? `${result.value.sequence} ${result.value.stateHash}` : "";
}

beforeEach(() => start(26));
afterEach(() => expect(platform.failures).toEqual([]));

test("S21: a killed owner's hot standby answers for every shard within 2 s, and nothing is lost", async () => {
  for (const victim of [...processes]) {
    await submitAll();
    const lost = [...victim.keeper.held];
    victim.process.kill();
    served = [];
    const killed = platform.clock.monotonic();
    const orders = submitAll();
    while (!lost.every((shard) => processes.some((one) => one !== victim && serves(one, shard)))) {
      await platform.clock.advance(10);
      expect(platform.clock.monotonic() - killed).toBeLessThan(2_000);
    }
    expect(new Set(await orders).size).toBe(accounts.length);
    expect(platform.clock.monotonic() - killed).toBeLessThan(2_000);
    expect(served.map(({ after }) => after)).toEqual(lost.map(() => "a takeover"));
    processes = processes.filter((one) => one !== victim);
    processes.push(new Leased(26));
    await platform.clock.advance(60_000);
  }
  expect(platform.warnings.filter((text) => /hot|stood by/.test(text))).toEqual([]);
  const desks = accounts.map((account) => new Desk(platform, account));
  const counts = await Promise.all(desks.map((desk) => platform.run(desk.list()).then((orders) => orders.length)));
  expect(counts).toEqual(accounts.map(() => 4));
});

test("S21: its state is the owner's, byte for byte, and all that is written is written by owners", async () => {
  await submitAll();
  await platform.clock.advance(10_000);
  const [victim, heir] = processes as [Leased, Leased];
  const lost = [...victim.keeper.held];
  expect([...heir.standbys.followed].sort()).toEqual([...lost].sort());
  expect(lost.every((shard) => heir.standbys.isHot(shard))).toBe(true);
  const wrote = [...writers].filter((line) => line.endsWith(heir.process.name));
  expect(wrote.filter((line) => lost.some((shard) => line.startsWith(`${shard} `)))).toEqual([]);
  expect(lost.some((shard) => writers.has(`${shard} ${victim.process.name}`))).toBe(true);
  const orderShards = lost.filter((shard) => shard.startsWith("oms/"));
  const before = await Promise.all(orderShards.map(hashOf));
  victim.process.kill();
  await platform.clock.advance(2_000);
  expect(await Promise.all(orderShards.map(hashOf))).toEqual(before);
  expect(orderShards.length).toBeGreaterThan(0);
});

test("S21: an ordered stop hands over to the standby within a second", async () => {
  const [leaving, heir] = processes as [Leased, Leased];
  const lost = [...leaving.keeper.held];
  void leaving.keeper.stop();
  await platform.clock.advance(1_000);
  expect(lost.every((shard) => serves(heir, shard))).toBe(true);
});

test("S21: neither a store that takes 50 ms to answer nor one that is behind by hundreds of orders keeps a takeover waiting", async () => {
  const [victim] = processes as [Leased, Leased];
  platform.world.storeFault = ({ operation }) =>
    operation === "putAll" ? { kind: "refused" } : { kind: "delayed", milliseconds: 50 };
  for (const account of accounts) {
    const desk = new Desk(platform, account);
    const orders = await platform.run(Promise.all(Array.from({ length: 40 }, () => desk.submit({ quantity: "0.1" }))));
    await platform.run(Promise.all(orders.map(({ orderId }) => desk.cancel(orderId))));
  }
  const lost = [...victim.keeper.held];
  await platform.clock.advance(2_000);
  victim.process.kill();
  await platform.clock.advance(2_500);
  expect(lost.filter((shard) => !processes.some((one) => one !== victim && serves(one, shard)))).toEqual([]);
  platform.world.heal();
});

test("a process keeps no more hot than it may; what is not hot it takes over as any other", async () => {
  await start(2);
  const [victim, heir] = processes as [Leased, Leased];
  expect(heir.standbys.followed).toHaveLength(2);
  const hot = [...heir.standbys.followed];
  const lost = [...victim.keeper.held];
  victim.process.kill();
  for (let waited = 0; waited < 2_000; waited += 50) {
    await platform.clock.advance(50);
    expect(heir.standbys.followed.length).toBeLessThanOrEqual(2);
  }
  expect(hot.every((shard) => serves(heir, shard))).toBe(true);
  await platform.clock.advance(4_000);
  expect(lost.filter((shard) => serves(heir, shard))).toEqual(lost);
});

test("a standby whose process does not hear of inputs in time leaves the shard to whoever recovers it", async () => {
  const [victim, heir] = processes as [Leased, Leased];
  const shard = [...victim.keeper.held].find((name) => name.startsWith("oms/")) as string;
  heir.process.tailLag = 30_000;
  for (let round = 0; round < 4; round++) {
    await platform.run(
      Promise.all(accounts.map((account) => new Desk(platform, account).submit().catch(() => "late"))),
    );
    await platform.clock.advance(1_000);
  }
  expect(heir.standbys.isHot(shard)).toBe(false);
  heir.process.tailLag = 0;
  await platform.clock.advance(60_000);
  expect(heir.standbys.isHot(shard)).toBe(true);
});
