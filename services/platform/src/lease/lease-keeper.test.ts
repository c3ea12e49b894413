import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { type MemoryStore, memoryStore, type StoreFault } from "../memory/memory-store.ts";
import type { Clock } from "../ports/clock.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";

const SHARDS = Array.from({ length: 16 }, (_, number) => `oms/${number}`);

let clock: ManualClock;
let store: MemoryStore;
/** What befalls writes of single items, and looks at the table. */
let fault: (() => StoreFault | undefined) | undefined;
let lookFault: StoreFault | undefined;

beforeEach(() => {
  clock = manualClock();
  fault = undefined;
  lookFault = undefined;
  store = memoryStore({
    clock,
    fault: ({ operation }) => (operation === "put" ? fault?.() : operation === "query" ? lookFault : undefined),
  });
});

/** A process whose timers can be held. */
class Process {
  readonly name: string;
  readonly keeper: LeaseKeeper;
  readonly view: LeaseView;
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  isPaused = false;
  #late: (() => void)[] = [];

  constructor(name: string, patience = 4_000, roles = ["oms"]) {
    this.name = name;
    const table = new LeaseTable(store);
    const own = this.#clock();
    this.view = new LeaseView(table, own);
    this.keeper = new LeaseKeeper(
      {
        ...{ clock: own, table, view: this.view, patience },
        warn: (message) => this.warnings.push(message),
        beat: () => ({ process: name, address: `http://${name}`, roles }),
        shards: new Map(roles.includes("oms") ? [["oms", SHARDS]] : []),
      },
      {
        taken: (shard) => this.told.push(`taken ${shard}`),
        given: async (shard, why) => void this.told.push(`${why} ${shard}`),
      },
    );
    this.keeper.start();
  }

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

  test("a hot standby's patience takes over within 2.5 s", async () => {
    const dead = new Process("a");
    await clock.advance(2_000);
    const standby = new Process("b", 1_500);
    await clock.advance(20_000);
    dead.isPaused = true;
    await clock.advance(3_000);
    expect(standby.held).toBe(16);
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
    const gateway = new Process("g", 4_000, ["gateway"]);
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
});
