import { ProcessBeatSchema, ShardLeaseSchema } from "@atlas/gen/atlas/log/v1/lease_pb";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { type MemoryStore, memoryStore } from "../memory/memory-store.ts";
import { type Store, StoreUnavailable } from "../ports/store.ts";
import { SHARDS_TABLE } from "../shard/output-positions.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";

const ROW = "leases/shard:oms.";

let clock: ManualClock;
let memory: MemoryStore;
/** Writes that fail, by the row's key. */
let failing: Set<string>;
/** What a write waits for, by the row's key. */
let unsent: Map<string, Promise<void>>;
/** What the answer to a write waits for, done as it is, by the row's key. */
let written: Map<string, Promise<void>>;
/** What the answers to looks wait for, read as they are. */
let looked: Promise<void> | undefined;
let view: LeaseView;
let keeper: LeaseKeeper;
let told: string[];
let warnings: string[];

/** The store as this process reaches it. */
function slowStore(): Store {
  return {
    ...memory,
    async put(table, item) {
      if (failing.has(item.key)) throw new StoreUnavailable("refused");
      await unsent.get(item.key);
      const isWritten = await memory.put(table, item);
      await written.get(item.key);
      return isWritten;
    },
    async query(table, query) {
      const items = await memory.query(table, query);
      await looked;
      return items;
    },
  };
}

/** A process that may own these shards. */
function start(shards: readonly string[]): void {
  const table = new LeaseTable(slowStore());
  view = new LeaseView(table, clock);
  keeper = new LeaseKeeper(
    {
      ...{ clock, table, view, patience: 4_000, warn: (message) => warnings.push(message) },
      beat: () => ({ process: "a", address: "http://a", roles: ["oms"] }),
      shards: new Map([["oms", shards]]),
    },
    {
      taken: (shard) => told.push(`taken ${shard}`),
      given: async (shard, why) => void told.push(`${why} ${shard}`),
    },
  );
  keeper.start();
}

/** Another process writes a lease. */
async function lease(shard: string, process: string, version: number): Promise<void> {
  const done = new LeaseTable(memory).lease(create(ShardLeaseSchema, { shard, process }), version);
  await clock.settle();
  expect(await done).toBe(true);
}

async function holders(): Promise<string[]> {
  const { leases } = await new LeaseTable(memory).read();
  return leases.map(({ value }) => `${value.shard} ${value.process}`);
}

beforeEach(() => {
  clock = manualClock();
  memory = memoryStore({ clock });
  failing = new Set();
  unsent = new Map();
  written = new Map();
  looked = undefined;
  told = [];
  warnings = [];
});

describe("a lease that was written and is answered late, beside one that could not be written (F2, S21)", () => {
  let answer: PromiseWithResolvers<void>;

  beforeEach(async () => {
    answer = Promise.withResolvers<void>();
    failing.add(`${ROW}0`);
    written.set(`${ROW}1`, answer.promise);
    start(["oms/0", "oms/1"]);
    await clock.advance(400);
    written.clear();
  });

  test("is taken once, and what went wrong is told", async () => {
    await clock.advance(2_000);
    answer.resolve();
    await clock.advance(2_000);
    expect([told, warnings]).toEqual([["taken oms/1"], ["leases cannot be kept"]]);
    failing.clear();
    await clock.advance(2_000);
    expect(told).toEqual(["taken oms/1", "taken oms/0"]);
  });

  test("is not served any more by who stops meanwhile, and another may take it at once", async () => {
    const stopped = keeper.stop();
    await clock.advance(2_000);
    answer.resolve();
    await clock.advance(2_000);
    await stopped;
    expect(told.filter((what) => what.startsWith("taken"))).toEqual([]);
    expect(await holders()).toEqual(["oms/1 "]);
  });
});

describe("the lease of a shard that was just taken (S21)", () => {
  test("is not lost by a look that began before it was written, and ended behind that", async () => {
    await lease("oms/0", "", 3);
    const [write, look] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    unsent.set(`${ROW}0`, write.promise);
    start(["oms/0"]);
    await clock.advance(100);
    // A gateway of the same process asks.
    looked = look.promise;
    void view.look();
    await clock.advance(100);
    write.resolve();
    await clock.advance(1_000);
    looked = undefined;
    look.resolve();
    await clock.advance(3_000);
    expect([told, await holders()]).toEqual([["taken oms/0"], ["oms/0 a"]]);
  });

  test.each([
    ["it was taken on, before the first look", 100, 5],
    ["its row was removed and written anew (F14), before the first look", 100, 1],
    ["its row was removed and written anew (F14), later", 2_000, 1],
  ])("is lost within two looks when another has it: %s", async (_, after, version) => {
    await lease("oms/0", "", 3);
    start(["oms/0"]);
    await clock.advance(after);
    const removed = memory.remove(SHARDS_TABLE, [`${ROW}0`]);
    await clock.settle();
    await removed;
    await lease("oms/0", "b", version);
    await clock.advance(1_000);
    expect(told).toEqual(["taken oms/0", "lost oms/0"]);
  });

  test("is given up as too many only once a look has shown it: its version is not known before", async () => {
    const shards = ["oms/0", "oms/1", "oms/2"];
    for (const shard of shards) await lease(shard, "a", 1);
    const beat = create(ProcessBeatSchema, { process: "b", address: "http://b", roles: ["oms"] });
    const beaten = new LeaseTable(memory).beat(beat, 1);
    await clock.settle();
    await beaten;
    start(shards);
    await clock.advance(100);
    const taken = shards.map((shard) => `taken ${shard}`);
    expect(told).toEqual(taken);
    await clock.advance(1_000);
    expect(await holders()).toEqual(["oms/0 a", "oms/1 a", "oms/2 "]);
    await lease("oms/2", "b", 4);
    await clock.advance(500);
    expect(told).toEqual([...taken, "surplus oms/2"]);
  });
});
