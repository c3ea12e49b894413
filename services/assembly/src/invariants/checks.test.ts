import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf, statusOf } from "../testing/desk.ts";

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  desk = new Desk(platform, await platform.account("ada", { USD: "1000000" }));
});
afterEach(() => expect(platform.failures).toEqual([]));

function throws(): never {
  throw new Error("a defect");
}

function deeper(): never {
  return deeper();
}

describe("I17, F21: a check that throws accepts nothing", () => {
  test("in a gateway: the order is refused before the log, and sent again it is one order; cancels go on", async () => {
    const { orderId } = await platform.run(desk.submit());
    const [gateway] = platform.gateways;
    if (gateway === undefined) throw new Error("no gateway");
    const requestId = desk.newId();
    Object.defineProperty(gateway.inside.pressure, "lag", { configurable: true, get: throws });
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).toMatchObject({ code: "Internal" });
    expect(platform.failures.splice(0)).toEqual([expect.stringContaining("a defect")]);
    expect(await platform.run(errorOf(desk.cancel(orderId)))).toBe("answered");
    Object.defineProperty(gateway.inside.pressure, "lag", { value: 0 });
    expect(await platform.run(desk.list())).toHaveLength(1);
    await platform.run(desk.submit({}, requestId));
    await platform.run(desk.submit({}, requestId));
    await platform.clock.advance(500);
    expect((await platform.run(desk.list())).map(statusOf)).toEqual(["LIVE", "CANCELED"]);
  });

  test("in a shard: the order is refused and nothing kept, its id is unused; cancels go on, and it is told", async () => {
    const { orderId } = await platform.run(desk.submit());
    const account = platform
      .leader()
      ?.inside.shards.oms.flatMap(({ shard }) => shard.state.accounts.get("ada") ?? [])[0];
    const limits = account?.limits;
    Object.defineProperty(account, "limits", { configurable: true, get: throws });
    const requestId = desk.newId();
    const refused = { code: "Internal", reason: "CHECK_FAILED", orderId: "" };
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).toMatchObject(refused);
    expect(await platform.run(errorOf(desk.replace(orderId, { quantity: "2" })))).toMatchObject(refused);
    expect(platform.warnings.filter((line) => line.includes("a check threw"))).toHaveLength(2);
    expect(platform.warnings.at(-1)).toContain("a defect");
    expect(platform.failures.splice(0)).toHaveLength(2);
    expect(await platform.run(errorOf(desk.cancel(orderId)))).toBe("answered");
    Object.defineProperty(account, "limits", { value: limits });
    await platform.run(desk.submit({}, requestId));
    await platform.run(desk.submit({}, requestId));
    await platform.clock.advance(500);
    expect((await platform.run(desk.list())).map(statusOf)).toEqual(["LIVE", "CANCELED"]);
  });

  // What fails for want of stack on one machine may pass on another, and whoever decides the shard next must come to the same: so
  // there is no decision. The shard stands still until an owner that can decide has it (S26), and its cancels wait for that.
  test("in a shard, for want of stack: it stops, loudly, and says nothing; other shards go on; the next owner decides the order, once", async () => {
    const shards = platform.leader()?.inside.shards.oms ?? [];
    const { orderId } = await platform.run(desk.submit());
    const own = shards.findIndex(({ shard }) => shard.state.accounts.has("ada"));
    const account = shards[own]?.shard.state.accounts.get("ada");
    const other = new Desk(platform, await elsewhere(own));
    const { orderId: others } = await platform.run(other.submit());
    Object.defineProperty(account, "limits", { get: deeper });
    const requestId = desk.newId();
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).not.toBe("answered");
    expect(platform.failures.splice(0)).toEqual([expect.stringContaining("call stack")]);
    expect(await platform.run(errorOf(other.cancel(others)))).toBe("answered");
    const told = await eventsOf(own);
    expect(await platform.run(errorOf(desk.submit()))).not.toBe("answered");
    expect(await eventsOf(own)).toBe(told);
    platform.leader()?.process.kill();
    await platform.startOwner();
    expect(await platform.run(errorOf(desk.cancel(orderId)))).toBe("answered");
    await platform.run(desk.submit({}, requestId));
    await platform.clock.advance(500);
    const all = await platform.run(desk.list());
    expect(all.filter((order) => order.requestId === requestId)).toHaveLength(1);
  });

  async function eventsOf(partition: number): Promise<number> {
    return (await platform.run(platform.world.log.range("orders.events", partition))).end;
  }

  /** An account of another shard. */
  async function elsewhere(own: number): Promise<string> {
    for (let number = 0; ; number++) {
      const id = await platform.account(`other-${number}`, { USD: "10000" });
      const shard = platform.leader()?.inside.shards.oms.findIndex((one) => one.shard.state.accounts.has(id));
      if (shard !== own) return id;
    }
  }
});
