import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { type MemoryStore, memoryStore, type StoreCall, type StoreFault } from "../memory/memory-store.ts";
import { type Clock, sleep } from "../ports/clock.ts";
import type { StoreItem } from "../ports/store.ts";
import { SHARDS_TABLE } from "../shard/output-positions.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";

const SHARDS = Array.from({ length: 16 }, (_, number) => `oms/${number}`);

let clock: ManualClock;
let store: MemoryStore;
/** What befalls writes of single items, looks at the table, and removals. */
let fault: (() => StoreFault | undefined) | undefined;
let lookFault: StoreFault | undefined;
let removeFault: (() => StoreFault | undefined) | undefined;
/** A row that is not what was written, for as long as it stands. */
let damaged: StoreItem | undefined;

beforeEach(() => {
  clock = manualClock();
  fault = undefined;
  lookFault = undefined;
  removeFault = undefined;
  damaged = undefined;
  store = memoryStore({ clock, fault: ({ operation }) => faultOf(operation) });
});

function faultOf(operation: StoreCall["operation"]): StoreFault | undefined {
  if (operation === "put") return fault?.();
  return operation === "query" ? ofLook() : removeFault?.();
}

function ofLook(): StoreFault | undefined {
  const stands = damaged !== undefined && damaged.version === rowAt(damaged.key)?.version;
  return stands && damaged !== undefined ? { kind: "damaged", key: damaged.key } : lookFault;
}

function rowAt(key: string): StoreItem | undefined {
  return store
    .everything()
    .get(SHARDS_TABLE)
    ?.find((item) => item.key === key);
}

/** Nobody's next write is above what stands there now. */
async function damage(key: string): Promise<void> {
  const row = rowAt(key);
  if (row === undefined) throw new Error(`${key} does not stand`);
  damaged = { ...row, version: row.version + 1_000_000 };
  const done = store.put(SHARDS_TABLE, damaged);
  await clock.advance(0);
  await done;
}

/** A process whose timers can be held. */
class Process {
  readonly name: string;
  readonly keeper: LeaseKeeper;
  readonly view: LeaseView;
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  isPaused = false;
  #late: (() => void)[] = [];

  constructor(name: string, roles = ["oms"], isHot?: (shard: string) => boolean) {
    this.name = name;
    const table = new LeaseTable(store, (message) => this.warnings.push(message));
    const write = table.beat.bind(table);
    table.beat = (beat, version) => {
      this.lastBeat = clock.monotonic();
      return write(beat, version);
    };
    const own = this.#clock();
    this.view = new LeaseView(table, own);
    this.keeper = new LeaseKeeper(
      {
        ...{ clock: own, table, view: this.view, patience: 4_000, ...(isHot === undefined ? {} : { isHot }) },
        warn: (message) => this.warnings.push(message),
        beat: () => ({ process: name, address: `http://${name}`, roles }),
        shards: new Map(roles.includes("oms") ? [["oms", SHARDS]] : []),
      },
      {
        taken: (shard) => this.told.push(`taken ${shard}`),
        given: (shard, why) => {
          this.told.push(`${why} ${shard}`);
          return this.ends(shard);
        },
      },
    );
    this.keeper.start();
  }

  /** How long a shard takes to end here. */
  ends: (shard: string) => Promise<void> = () => Promise.resolve();

  /** When it last raised its beat. */
  lastBeat = 0;

  get held(): number {
    return this.keeper.held.size;
  }

  resume(): void {
    this.isPaused = false;
    for (const action of this.#late.splice(0)) action();
  }

  #clock(): Clock {
    const run = (action: () => void) => (this.isPaused ? void this.#late.push(action) : action());
    return { ...clock, after: (milliseconds, action) => clock.after(milliseconds, () => run(action)) };
  }
}

/** Who has which shard, as the table says. */
async function holders(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { value } of (await new LeaseTable(store).read()).leases) {
    counts.set(value.process, (counts.get(value.process) ?? 0) + 1);
  }
  return counts;
}

describe("leases (S21)", () => {
  test("one process takes every shard; a second one gets half, a third a third", async () => {
    const first = new Process("a");
    await clock.advance(1_000);
    expect(first.held).toBe(16);
    const second = new Process("b");
    await clock.advance(15_000);
    expect([first.held, second.held]).toEqual([8, 8]);
    const third = new Process("c");
    await clock.advance(15_000);
    expect([first.held, second.held, third.held].sort()).toEqual([4, 6, 6]);
    expect(await holders()).toEqual(
      new Map([first, second, third].map(({ name, held }) => [name, held] as [string, number])),
    );
    expect(first.told.filter((what) => what.startsWith("lost"))).toEqual([]);
  });

  test("two that start together share without taking from each other", async () => {
    const both = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    expect(both.map(({ held }) => held)).toEqual([8, 8]);
    expect([...(both[0]?.keeper.held ?? []), ...(both[1]?.keeper.held ?? [])].sort()).toEqual([...SHARDS].sort());
  });

  test("what a process that dies owned is owned again within 6 s, and not before 4 s of silence", async () => {
    const [dead, other] = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    dead.isPaused = true;
    await clock.advance(2_900);
    expect(other.held).toBe(8);
    await clock.advance(3_100);
    expect(other.held).toBe(16);
  });

  test("F10 a process paused for five lease times finds out on waking what others took, and ends it", async () => {
    const [paused, other] = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    paused.isPaused = true;
    await clock.advance(20_000);
    expect(other.held).toBe(16);
    paused.resume();
    await clock.advance(400);
    expect(paused.told.filter((what) => what.startsWith("lost"))).toHaveLength(8);
    await clock.advance(20_000);
    expect([paused.held, other.held]).toEqual([8, 8]);
  });

  test("an ordered stop hands over within a second", async () => {
    const [leaving, staying] = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    await leaving.keeper.stop();
    expect(leaving.told.filter((what) => what.startsWith("stopping"))).toHaveLength(8);
    await clock.advance(1_000);
    expect(staying.held).toBe(16);
  });

  test("an ordered stop hands over what has ended: none of it waits for the slowest", async () => {
    const [leaving, staying] = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    const slowest = [...leaving.keeper.held][0];
    leaving.ends = (shard) => (shard === slowest ? sleep(clock, 3_000) : Promise.resolve());
    const stopped = leaving.keeper.stop();
    await clock.advance(1_000);
    expect(staying.held).toBe(15);
    await clock.advance(3_000);
    await stopped;
    expect(staying.held).toBe(16);
  });

  test("F6 while the store is away nobody takes anything, nor right after it is back", async () => {
    const both = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    const before = both.map(({ told }) => told.length);
    store.setDown(true);
    await clock.advance(60_000);
    store.setDown(false);
    await clock.advance(30_000);
    expect(both.map(({ held }) => held)).toEqual([8, 8]);
    expect(both.map(({ told }) => told.length)).toEqual(before);
    for (const { warnings } of both) expect(warnings).toEqual(["leases cannot be kept"]);
  });

  test("F2 a shard is served whose taking was written and not answered, by one process or by both", async () => {
    let writes = 0;
    const answerLost = { kind: "answer-lost" } as const;
    fault = () => (++writes % 3 === 0 ? answerLost : undefined);
    const first = new Process("a");
    await clock.advance(20_000);
    expect(first.held).toBe(16);
    const second = new Process("b");
    await clock.advance(60_000);
    fault = undefined;
    await clock.advance(10_000);
    expect([first.held, second.held]).toEqual([8, 8]);
    expect([...first.keeper.held, ...second.keeper.held].sort()).toEqual([...SHARDS].sort());
  });

  test("a store so slow that every look takes seconds puts a takeover off, but not for ever", async () => {
    const [dead, other] = [new Process("a"), new Process("b")];
    await clock.advance(10_000);
    lookFault = { kind: "delayed", milliseconds: 2_500 };
    await clock.advance(20_000);
    expect([dead.held, other.held]).toEqual([8, 8]);
    dead.isPaused = true;
    await clock.advance(60_000);
    expect(other.held).toBe(16);
  });

  test("a process of another role counts for nothing, and is known by its address", async () => {
    const gateway = new Process("g", ["gateway"]);
    const owner = new Process("a");
    await clock.advance(2_000);
    expect([gateway.held, owner.held]).toEqual([0, 16]);
    expect(gateway.view.addressOf("oms/3")).toBe("http://a");
  });

  test("the row of a process that is gone for a minute is removed", async () => {
    const dead = new Process("a");
    const other = new Process("b");
    await clock.advance(2_000);
    dead.isPaused = true;
    await clock.advance(70_000);
    expect((await new LeaseTable(store).read()).processes.map(({ value }) => value.process)).toEqual(["b"]);
    expect(other.warnings).toEqual([]);
  });

  test("F6 neither a beat nor an ordered stop waits for the removal of the row of a process that is gone", async () => {
    const [dead, other] = [new Process("a"), new Process("b")];
    await clock.advance(2_000);
    dead.isPaused = true;
    let removals = 0;
    removeFault = () => {
      removals += 1;
      return { kind: "delayed", milliseconds: 30_000 };
    };
    await clock.advance(70_000);
    expect([removals, clock.monotonic() - other.lastBeat < 1_500]).toEqual([1, true]);
    void other.keeper.stop();
    await clock.advance(1_000);
    expect(await holders()).toEqual(new Map([["", 16]]));
  });

  test("F6 a removal that the store refuses is told and tried again a minute later, and no beat is late", async () => {
    const [dead, other] = [new Process("a"), new Process("b")];
    await clock.advance(2_000);
    dead.isPaused = true;
    removeFault = () => ({ kind: "refused" });
    await clock.advance(170_000);
    expect(other.warnings).toEqual(
      Array.from({ length: 2 }, () => "the row of a process that is gone cannot be removed"),
    );
    expect(clock.monotonic() - other.lastBeat).toBeLessThan(1_500);
    removeFault = undefined;
    await clock.advance(30_000);
    expect((await new LeaseTable(store).read()).processes.map(({ value }) => value.process)).toEqual(["b"]);
  });
});

describe("a hot standby's leases (S21)", () => {
  const hot = () => true;
  const cold = () => false;

  test.each([0, 130, 260, 390, 520, 650, 780, 910])(
    "it has all that was a dead process's within 2 s and not before 1.5 s of silence: killed %i ms later",
    async (after) => {
      const dead = new Process("a");
      // It looks long after the beat.
      await clock.advance(490);
      const standby = new Process("b", ["oms"], hot);
      await clock.advance(20_000);
      expect([dead.held, standby.held]).toEqual([8, 8]);
      await clock.advance(after);
      const killed = clock.monotonic();
      dead.isPaused = true;
      while (standby.held < 16) await clock.advance(10);
      expect(clock.monotonic() - dead.lastBeat).toBeGreaterThanOrEqual(1_500);
      expect(clock.monotonic() - killed).toBeLessThanOrEqual(1_800);
    },
  );

  test("it takes only what is hot, even above its share, and leaves the rest to who would recover it", async () => {
    const mine = (shard: string) => Number(shard.slice(4)) % 2 === 0;
    const [dead, standby, other] = [new Process("a"), new Process("b", ["oms"], mine), new Process("c")];
    await clock.advance(30_000);
    const [own, lost] = [standby.held, [...dead.keeper.held]];
    dead.isPaused = true;
    await clock.advance(2_200);
    expect(standby.held).toBe(own + lost.filter(mine).length);
    await clock.advance(20_000);
    expect([standby.held, other.held].sort()).toEqual([8, 8]);
  });

  test("what it took is not given back to the process that is gone", async () => {
    const [dead, standby] = [new Process("a"), new Process("b", ["oms"], hot)];
    await clock.advance(20_000);
    dead.isPaused = true;
    await clock.advance(2_200);
    standby.told.length = 0;
    await clock.advance(20_000);
    expect(standby.told).toEqual([]);
    expect(standby.held).toBe(16);
  });

  test("one that is not where its owner is waits as any other does", async () => {
    const [dead, standby] = [new Process("a"), new Process("b", ["oms"], cold)];
    await clock.advance(20_000);
    dead.isPaused = true;
    await clock.advance(2_900);
    expect(standby.held).toBe(8);
    await clock.advance(3_100);
    expect(standby.held).toBe(16);
  });

  test("F6, F10: who did not look for a while does not take that for silence: paused, or with a store that was away or is slow", async () => {
    const standby = new Process("b", ["oms"], hot);
    const both = [new Process("a"), standby];
    await clock.advance(20_000);
    const before = both.map(({ told }) => told.length);
    for (const milliseconds of [800, 1_100, 1_300, 1_500, 1_700, 1_900, 60_000]) {
      store.setDown(true);
      await clock.advance(milliseconds);
      store.setDown(false);
      await clock.advance(10_050);
    }
    standby.isPaused = true;
    await clock.advance(2_900);
    standby.resume();
    await clock.advance(10_000);
    for (const milliseconds of [150, 180, 200, 210, 220, 230, 240, 250, 300, 400, 600, 900, 2_500]) {
      lookFault = { kind: "delayed", milliseconds };
      fault = () => ({ kind: "delayed", milliseconds: Math.min(milliseconds, 300) });
      await clock.advance(30_000);
    }
    expect(both.map(({ told }) => told.length)).toEqual(before);
  });
});

describe("F14: a row of the table of leases that is not what was written", () => {
  const REMOVED = "a row of the table of leases is damaged: it is removed";

  test.each(["process:a", "process:b", "shard:oms.0", "shard:oms.15"])(
    "is removed, and who lives loses nothing; who dies then is replaced: %s",
    async (row) => {
      const [one, other] = [new Process("a"), new Process("b")];
      await clock.advance(20_000);
      const before = [one, other].map(({ told }) => told.length);
      await damage(`leases/${row}`);
      await clock.advance(10_000);
      expect([one, other].map(({ told }) => told.length)).toEqual(before);
      expect(await holders()).toEqual(new Map([one, other].map(({ name }) => [name, 8] as [string, number])));
      expect(new Set([...one.warnings, ...other.warnings])).toEqual(new Set([REMOVED]));
      one.isPaused = true;
      await clock.advance(6_000);
      expect(other.held).toBe(16);
    },
  );

  test("of a process or a shard that nobody knows any more keeps nobody from starting", async () => {
    const gone = new Process("gone");
    await clock.advance(1_000);
    gone.isPaused = true;
    for (const row of ["process:gone", "shard:oms.3"]) {
      await damage(`leases/${row}`);
      const next = new Process(`behind ${row}`);
      await clock.advance(7_000);
      expect([next.held, next.warnings]).toEqual([16, [REMOVED]]);
      next.isPaused = true;
    }
  });
});
