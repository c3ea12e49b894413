import { ProcessBeatSchema, type ShardLease, ShardLeaseSchema } from "@atlas/gen/atlas/log/v1/lease_pb";
import { create, fromBinary } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { type MemoryStore, memoryStore } from "../memory/memory-store.ts";
import { sleep } from "../ports/clock.ts";
import { type Store, type StoreItem, StoreUnavailable, WriteUnknown } from "../ports/store.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";

const SHARDS = Array.from({ length: 16 }, (_, number) => `oms/${number}`);

let clock: ManualClock;
let memory: MemoryStore;
/** What befalls the next write that frees a lease. */
let fault: "refused" | "unknown" | "lost" | undefined;
/** Leases as they were written: shard and process. */
let written: string[];
/** Whether the store refuses to write a lease. */
let refuses: (lease: ShardLease) => boolean;

beforeEach(() => {
  clock = manualClock();
  memory = memoryStore({ clock });
  fault = undefined;
  written = [];
  refuses = () => false;
});

/** The store as processes reach it. */
function faultyStore(): Store {
  const put = async (table: string, item: StoreItem) => {
    const lease = leaseOf(item);
    if (lease !== undefined && refuses(lease)) throw new StoreUnavailable("refused");
    if (lease !== undefined) written.push(`${lease.shard} ${lease.process}`);
    const befalls = lease?.process === "" ? fault : undefined;
    if (befalls === undefined) return memory.put(table, item);
    fault = undefined;
    if (befalls === "refused") throw new StoreUnavailable(befalls);
    if (befalls === "unknown") await memory.put(table, item);
    throw new WriteUnknown(befalls);
  };
  return { ...memory, put };
}

function leaseOf({ sort, body }: StoreItem): ShardLease | undefined {
  return sort.startsWith("shard:") ? fromBinary(ShardLeaseSchema, body) : undefined;
}

class Process {
  readonly keeper: LeaseKeeper;
  readonly view: LeaseView;
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  /** What it was told to take, and not to end since. */
  readonly served = new Set<string>();
  /** What it says that it may own. */
  roles = ["oms"];
  /** How long a shard takes to end here. */
  ends: (shard: string) => Promise<void> = () => Promise.resolve();

  constructor(name: string, isHot?: (shard: string) => boolean) {
    const table = new LeaseTable(faultyStore());
    this.view = new LeaseView(table, clock);
    this.keeper = new LeaseKeeper(
      {
        ...{ clock, table, view: this.view, patience: 4_000, warn: (message) => this.warnings.push(message) },
        beat: () => ({ process: name, address: `http://${name}`, roles: this.roles }),
        shards: new Map([["oms", SHARDS]]),
        ...(isHot && { isHot }),
      },
      {
        taken: (shard) => {
          this.told.push(`taken ${shard}`);
          this.served.add(shard);
        },
        given: (shard, why) => {
          this.served.delete(shard);
          this.told.push(`${why} ${shard}`);
          return this.ends(shard);
        },
      },
    );
    this.keeper.start();
  }

  get held(): readonly string[] {
    return [...this.keeper.held];
  }

  /** The shards that ended here. */
  get ended(): readonly string[] {
    return this.told.filter((what) => !what.startsWith("taken")).map((what) => what.slice(what.indexOf(" ") + 1));
  }
}

async function leases(): Promise<Map<string, { holder: string; version: number }>> {
  const read = new LeaseTable(memory).read();
  await clock.settle();
  const rows = (await read).leases;
  return new Map(rows.map(({ value, version }) => [value.shard, { holder: value.process, version }]));
}

/** A process that takes nothing raises its beat. */
async function beat(version: number): Promise<void> {
  const value = create(ProcessBeatSchema, { process: "gone", address: "http://gone", roles: ["oms"] });
  const beaten = new LeaseTable(memory).beat(value, version);
  await clock.settle();
  await beaten;
}

/** `c` takes a lease whose owner it has not heard of. */
async function takeOver(shard: string): Promise<void> {
  const version = ((await leases()).get(shard)?.version ?? 0) + 1;
  const taken = new LeaseTable(memory).lease(create(ShardLeaseSchema, { shard, process: "c" }), version);
  await clock.settle();
  expect(await taken).toBe(true);
}

/** The shards that none of them serves. */
function unserved(...processes: readonly Process[]): readonly string[] {
  return SHARDS.filter((shard) => !processes.some(({ served }) => served.has(shard)));
}

/** One that has all, to which another comes. */
async function joined(): Promise<readonly [Process, Process]> {
  const first = new Process("a");
  await clock.advance(1_200);
  expect(first.held).toHaveLength(16);
  return [first, new Process("b")];
}

describe("a shard that is too many (S21)", () => {
  test("F6 is served by one or the other, whenever the store goes away as it moves", async () => {
    for (let after = 0; after < 1_500; after += 25) {
      memory = memoryStore({ clock });
      const both = await joined();
      for (const one of both) one.ends = () => sleep(clock, 300);
      await clock.advance(after);
      memory.setDown(true);
      await clock.advance(10_000);
      expect([after, ...unserved(...both)]).toEqual([after]);
      memory.setDown(false);
      await clock.advance(15_000);
      expect(both.map(({ held }) => held.length)).toEqual([8, 8]);
      await Promise.all([...both.map(({ keeper }) => keeper.stop()), clock.advance(1_000)]);
    }
  });

  test("F6 is served by one or the other when the store goes away as it ends", async () => {
    const [first, second] = await joined();
    first.ends = () => {
      memory.setDown(true);
      return sleep(clock, 100);
    };
    await clock.advance(60_000);
    expect(first.told.filter((what) => what.startsWith("surplus"))).toHaveLength(1);
    expect(unserved(first, second)).toEqual([]);
  });

  test.each(["refused", "unknown", "lost"] as const)(
    "F2 stays with its owner until another has it: the write that frees its lease is %s",
    async (befalls) => {
      const [first, second] = await joined();
      fault = befalls;
      for (let step = 0; step < 400; step += 1) {
        await clock.advance(50);
        expect(unserved(first, second)).toEqual([]);
      }
      expect([first.held.length, second.held.length]).toEqual([8, 8]);
      expect([first.ended.length, first.warnings]).toEqual([8, ["a lease could not be given back"]]);
    },
  );

  test("is taken back when whom it was offered to is gone before it took it", async () => {
    const owner = new Process("a");
    await clock.advance(1_200);
    await beat(1);
    await clock.advance(1_000);
    expect((await leases()).get("oms/15")?.holder).toBe("");
    await clock.advance(3_000);
    expect((await leases()).get("oms/15")).toEqual({ holder: "a", version: 3 });
    await clock.advance(20_000);
    expect((await leases()).get("oms/15")).toEqual({ holder: "a", version: 3 });
    expect(owner.told.slice(16)).toEqual([]);
  });

  test("F6 is served, and not offered again for seconds, while whom it was offered to lives and can take nothing", async () => {
    const owner = new Process("a");
    await clock.advance(1_200);
    for (let second = 1; second <= 20; second += 1) {
      await beat(second);
      await clock.advance(1_000);
    }
    expect(owner.told.slice(16)).toEqual([]);
    const version = (await leases()).get("oms/15")?.version ?? 0;
    // The first takes it, each offer frees it and takes it back: four of them within these seconds at most.
    expect([version > 3, version <= 1 + 2 * 4]).toEqual([true, true]);
    const taker = new Process("c");
    await clock.advance(60_000);
    expect([owner.held.length, taker.held.length, unserved(owner, taker)]).toEqual([8, 8, []]);
  });

  test.each(["a", "c"])(
    "F6 is served on while the write that takes it back is refused; then %s has it",
    async (next) => {
      const owner = new Process("a");
      await clock.advance(1_200);
      await beat(1);
      await clock.advance(1_000);
      let refusals = 0;
      refuses = ({ shard }) => {
        refusals += 1;
        return shard === "oms/15";
      };
      await clock.advance(3_000);
      expect([refusals > 1, owner.told.slice(16), owner.warnings]).toEqual([true, [], ["leases cannot be kept"]]);
      refuses = () => false;
      if (next === "c") await takeOver("oms/15");
      await clock.advance(1_000);
      expect([owner.told.slice(16), (await leases()).get("oms/15")?.holder]).toEqual([
        next === "c" ? ["surplus oms/15"] : [],
        next,
      ]);
    },
  );

  // Fails when it is offered to who counts a silent process still, and so takes nothing.
  test("is offered to nobody who would not take it: a third process has been silent for a moment only", async () => {
    const kept = SHARDS.slice(0, 5);
    const rows = kept.map((shard) => create(ShardLeaseSchema, { shard, process: "gone" }));
    const placed = Promise.all(rows.map((row) => new LeaseTable(memory).lease(row, 1)));
    await clock.settle();
    await placed;
    await beat(1);
    const [first, second] = [new Process("a", (shard) => kept.includes(shard)), new Process("b")];
    for (let second = 2; second <= 6; second += 1) {
      await clock.advance(1_000);
      await beat(second);
    }
    expect(first.held.length + second.held.length).toBe(11);
    written = [];
    await clock.advance(3_500);
    expect(first.held.length + second.held.length).toBe(16);
    const freed = written.filter((one) => one.endsWith(" ")).map((one) => one.trim());
    expect(freed.filter((shard) => written.indexOf(`${shard} a`) > written.indexOf(`${shard} `))).toEqual([]);
    await clock.advance(20_000);
    expect([first.held.length, second.held.length]).toEqual([8, 8]);
  });

  test("S26 ends at once when its owner resigns, and is not taken back", async () => {
    const owner = new Process("a");
    await clock.advance(1_200);
    await beat(1);
    await clock.advance(1_000);
    owner.keeper.resign();
    await clock.advance(1_000);
    expect(owner.told.slice(16)[0]).toBe("surplus oms/15");
    await clock.advance(5_000);
    expect([...owner.ended].sort()).toEqual([...SHARDS].sort());
    expect((await leases()).get("oms/15")).toEqual({ holder: "", version: 2 });
  });
});

describe("a shard whose owner gives its lease back (S21)", () => {
  test.each(["stop", "resign"] as const)("F10 is another's that took it while it ended: %s", async (way) => {
    const owner = new Process("a");
    await clock.advance(1_200);
    owner.ends = () => sleep(clock, 10_000);
    const over = owner.keeper[way]();
    await clock.advance(1_000);
    expect(owner.ended).toHaveLength(16);
    await takeOver("oms/5");
    // A gateway of the same process looks.
    const looked = owner.view.look();
    await clock.settle();
    await looked;
    await clock.advance(10_000);
    await over;
    const holders = [...(await leases())].map(([shard, { holder }]) => `${shard} ${holder}`).sort();
    expect(holders).toEqual(SHARDS.map((shard) => `${shard} ${shard === "oms/5" ? "c" : ""}`).sort());
  });

  test("S26: of one that resigns others take each as it has ended: no beat waits for the slowest, but a stop does", async () => {
    const [first, second] = await joined();
    await clock.advance(20_000);
    const [slow, ...others] = first.held;
    first.told.length = 0;
    first.ends = (shard) => sleep(clock, shard === slow ? 5_000 : 100);
    first.roles = [];
    first.keeper.resign();
    await clock.advance(2_200);
    expect(second.held).toEqual(expect.arrayContaining(others));
    expect(second.held).not.toContain(slow);
    let isOver = false;
    void first.keeper.stop().then(() => {
      isOver = true;
    });
    await clock.advance(2_000);
    expect([isOver, first.ended.length]).toEqual([false, others.length + 1]);
    await clock.advance(2_000);
    expect([isOver, second.held.length, first.ended.length]).toEqual([true, 16, others.length + 1]);
  });

  test("is told once that it goes, and a stop waits until it has ended, whenever that comes as shards move", async () => {
    for (let after = 0; after < 2_000; after += 50) {
      memory = memoryStore({ clock });
      const [first, second] = await joined();
      let ending = 0;
      const begun = new Set<string>();
      first.ends = async (shard) => {
        if (begun.has(shard)) return;
        begun.add(shard);
        ending += 1;
        await sleep(clock, first.told.at(-1) === `surplus ${shard}` ? 700 : 100);
        ending -= 1;
      };
      await clock.advance(after);
      const ended = first.keeper.stop().then(() => ending);
      await clock.advance(2_500);
      expect([after, await ended, first.ended.length]).toEqual([after, 0, begun.size]);
      expect(second.held).toHaveLength(16);
      await Promise.all([second.keeper.stop(), clock.advance(1_000)]);
    }
  });
});
