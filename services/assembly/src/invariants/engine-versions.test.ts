import type { OperationsService as Operations } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { StoreItem } from "@atlas/platform/ports/store";
import type { Client } from "@connectrpc/connect";
import { beforeEach, describe, expect, test } from "vitest";
import { replayPlatform } from "../replay/replay-platform.ts";
import type { Replayed } from "../replay/replay-shard.ts";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf } from "../testing/desk.ts";

const OLD = [1];
const SHARDS = ["oms/0", "oms/1", "oms/2", "venue/0", "venue/1", "control/0", "identity/0"];

let platform: MemoryPlatform;
let ada: Desk;
let bob: Desk;
let requests = 0;

/** A platform of the old build, with two accounts that have as many open orders as they may. */
beforeEach(async () => {
  platform = await new MemoryPlatform({ imagePace: { changes: 10, milliseconds: 1_000 } }).start(OLD);
  ada = await full("ada");
  bob = await full("bob");
});

async function full(name: string): Promise<Desk> {
  const desk = new Desk(platform, await platform.account(name, { USD: "100000" }));
  await platform.run(desk.limit({ maximumOpenOrders: 1 }));
  await platform.run(desk.submit());
  return desk;
}

/** What becomes of an order that never rests: the rule that version 2 changes. */
function passing(desk: Desk): Promise<string> {
  const sent = desk.submit({ timeInForce: TimeInForce.IOC });
  return platform.run(errorOf(sent)).then((error) => (error === "answered" ? error : error.reason));
}

function activate(version: number, requestId = `activate ${++requests}`) {
  const call = () => operations().activateEngine({ requestId, version });
  return platform.run(errorOf(call())).then((error) => (error === "answered" ? error : error.reason));
}

const operations = (): Client<typeof Operations> => platform.client(OperationsService);

async function states() {
  return (await platform.run(operations().getSystemState({ withStateHash: true }))).shards;
}

async function versions(): Promise<number[]> {
  return [...new Set((await states()).map(({ engineVersion }) => engineVersion))];
}

/** Without ticks, so that a state stands still. */
async function hashes(): Promise<Record<string, string>> {
  platform.stopTicks();
  await platform.clock.advance(3_000);
  return Object.fromEntries((await states()).map(({ shard, stateHash }) => [shard, stateHash]));
}

async function images(): Promise<StoreItem[]> {
  const items: StoreItem[] = [];
  for (const partition of SHARDS) {
    const query = { partition, limit: 1_000 };
    items.push(...(await platform.world.look(() => platform.world.store.query("atlas_shards", query))));
  }
  return items;
}

/** The state of every shard, decided from the log alone and recovered from images, which must not differ from what stands there. */
async function rebuilt(from: readonly StoreItem[]) {
  const store = memoryStore({ clock: platform.clock });
  const { log, digest } = platform.world;
  const ports = { log, store, clock: platform.clock, digest, warn: () => undefined };
  const put = Promise.all(from.map((item) => store.put("atlas_shards", item)));
  await platform.run(put);
  const replay = async () => {
    const shards: Replayed[] = [];
    for await (const one of replayPlatform(ports, platform.partitions, 100)) shards.push(one);
    return shards;
  };
  const all = await platform.run(replay());
  expect(all.flatMap(({ differences, problem }) => [...differences, problem ?? ""]).filter(Boolean)).toEqual([]);
  return {
    fromLog: Object.fromEntries(all.map(({ shard, stateHash }) => [shard, stateHash])),
    fromImages: Object.fromEntries(all.map(({ shard, recoveredHash }) => [shard, recoveredHash])),
  };
}

describe("S26, F23: a rolling upgrade", () => {
  test("is refused while a process of the old build lives, and changes the rule at one input of each shard", async () => {
    expect([await passing(ada), await passing(bob)]).toEqual(["OPEN_ORDERS_LIMIT", "OPEN_ORDERS_LIMIT"]);
    const [old] = platform.living();
    expect(await activate(2)).toBe("ENGINE_MISSING");
    await platform.startOwner();
    expect(await activate(2)).toBe("ENGINE_MISSING");
    expect(await versions()).toEqual([1]);
    expect(await passing(ada)).toBe("OPEN_ORDERS_LIMIT");

    old?.process.kill();
    expect(await passing(bob)).toBe("OPEN_ORDERS_LIMIT");
    expect(await activate(2)).toBe("answered");
    expect(await versions()).toEqual([2]);
    expect([await passing(ada), await passing(bob)]).toEqual(["answered", "answered"]);
    expect((await platform.run(errorOf(ada.submit()))) as object).toMatchObject({ reason: "OPEN_ORDERS_LIMIT" });
    expect(platform.failures).toEqual([]);
  });

  test("I6: what is active is not activated again, no version is left out, none is taken back", async () => {
    await platform.startOwner();
    platform.living()[0]?.process.kill();
    expect(await activate(3)).toBe("ENGINE_NOT_NEXT");
    expect(await activate(2, "once")).toBe("answered");
    const { shards } = await platform.run(operations().getSystemState({ shard: "oms/0" }));
    expect([await activate(2, "once"), await activate(2)]).toEqual(["answered", "answered"]);
    expect(await activate(1, "once")).toBe("REQUEST_ID_REUSED");
    expect([await activate(1), await activate(3), await activate(4)]).toEqual([
      "ENGINE_NOT_NEXT",
      "ENGINE_MISSING",
      "ENGINE_NOT_NEXT",
    ]);
    expect((await platform.run(operations().getSystemState({ shard: "oms/0" }))).shards[0]?.sequence).toBe(
      shards[0]?.sequence,
    );
  });

  test("I10, I20: from the log alone, from images of before it, and by a successor, every shard is as it was", async () => {
    await platform.startOwner();
    platform.living()[0]?.process.kill();
    await passing(ada);
    await platform.clock.advance(3_000);
    const before = await images();
    expect(await activate(2)).toBe("answered");
    await passing(ada);
    await passing(bob);
    const live = await hashes();
    const { fromLog, fromImages } = await rebuilt(before);
    expect(fromLog).toEqual(live);
    expect(fromImages).toEqual(live);
    expect((await rebuilt(await images())).fromImages).toEqual(live);

    await platform.startOwner();
    platform.living()[0]?.process.kill();
    expect(await hashes()).toEqual(live);
    expect(await versions()).toEqual([2]);
    expect(platform.failures).toEqual([]);
  });

  test("S19: every shard writes an image where it switches, so that nobody needs the old rules to recover", async () => {
    const rare = { changes: 1_000_000, milliseconds: 1_000_000_000 };
    platform = await new MemoryPlatform({ imagePace: rare }).start();
    ada = await full("ada");
    const pictured = async () => {
      const items = await images();
      return SHARDS.filter((shard) => items.some(({ key }) => key === `${shard}/manifest`));
    };
    expect(await pictured()).toEqual([]);
    expect(await activate(2)).toBe("answered");
    await platform.clock.advance(2_000);
    expect(await pictured()).toEqual(SHARDS);
    const live = await hashes();
    expect((await rebuilt(await images())).fromImages).toEqual(live);
  });

  test("F10: who of the old build was paused meanwhile decides nothing any more, and nobody is misled", async () => {
    const [old] = platform.living();
    old?.process.pause();
    await platform.startOwner();
    // The first one goes on following who sleeps: nobody tells it here whose the lease is.
    await platform.startGateway();
    expect(await activate(2)).toBe("answered");
    expect(await passing(ada)).toBe("answered");
    old?.process.resume();
    await platform.clock.advance(2_000);
    expect(platform.failures).toHaveLength(SHARDS.length);
    for (const failure of platform.failures) {
      expect(failure).toContain("engine version 2 is active, and this build carries 1 only");
    }
    expect(await passing(bob)).toBe("answered");
    expect((await rebuilt([])).fromLog).toEqual(await hashes());
  });

  test("a process of the old build does not start behind it", async () => {
    const [old] = platform.living();
    await platform.startOwner();
    old?.process.kill();
    expect(await activate(2)).toBe("answered");
    await expect(platform.startOwner(OLD)).rejects.toThrow("engine version 2 is active, and this build carries 1 only");
    expect(await passing(ada)).toBe("answered");
  });
});
