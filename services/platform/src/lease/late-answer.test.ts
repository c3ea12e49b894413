import { beforeEach, describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "../memory/manual-clock.ts";
import { type MemoryStore, memoryStore } from "../memory/memory-store.ts";
import { type Store, StoreUnavailable } from "../ports/store.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";

const ROW = "leases/shard:oms.";

let clock: ManualClock;
let memory: MemoryStore;
/** Writes that fail, by the row's key. */
let failing: Set<string>;
/** What the answer to a write waits for, done as it is, by the row's key. */
let written: Map<string, Promise<void>>;
let keeper: LeaseKeeper;
let told: string[];
let warnings: string[];

/** The store as this process reaches it. */
function slowStore(): Store {
  return {
    ...memory,
    async put(table, item) {
      if (failing.has(item.key)) throw new StoreUnavailable("refused");
      const isWritten = await memory.put(table, item);
      await written.get(item.key);
      return isWritten;
    },
  };
}

/** A process that may own these shards. */
function start(shards: readonly string[]): void {
  const table = new LeaseTable(slowStore());
  const view = new LeaseView(table, clock);
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

async function holders(): Promise<string[]> {
  const { leases } = await new LeaseTable(memory).read();
  return leases.map(({ value }) => `${value.shard} ${value.process}`);
}

beforeEach(() => {
  clock = manualClock();
  memory = memoryStore({ clock });
  failing = new Set();
  written = new Map();
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
