import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { AppendAttempt, AppendFault } from "@atlas/platform/memory/memory-log";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf, statusOf } from "../testing/desk.ts";

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  desk = new Desk(platform, await platform.account("ada", { USD: "100000", ETH: "50" }));
});
afterEach(() => expect(platform.failures).toEqual([]));

/** The next append to a topic meets a fault; then none does. */
function once(topic: string, fault: AppendFault | undefined, then: () => void = () => undefined): void {
  platform.world.appendFault = (attempt: AppendAttempt) => {
    if (attempt.topic !== topic) return undefined;
    platform.world.appendFault = () => undefined;
    then();
    return fault;
  };
}

/** How many orders there are, and what is locked for them. */
async function kept(): Promise<string> {
  await platform.clock.advance(1_000);
  const orders = await platform.run(desk.list());
  return `${orders.length}: ${orders.map(statusOf).join()} ${await platform.run(desk.holds("USD"))}`;
}

describe("an order is one order", () => {
  test.each<[string, AppendFault]>([
    ["F1: the log's answer is lost after it committed", { kind: "answer-lost" }],
    ["F1: nothing is known of the append, and it never lands", { kind: "lost" }],
    ["F11: the append lands 3 s later, behind its repeat", { kind: "lands-late", milliseconds: 3_000 }],
    ["F11: the append lands after its validity, behind its repeat", { kind: "lands-late", milliseconds: 40_000 }],
    ["S4: the frame stands on the log twice", { kind: "doubled" }],
    ["F12: the log was away", { kind: "refused" }],
  ])("%s", async (_, fault) => {
    once("orders.commands", fault);
    const order = await platform.run(desk.submit());
    await platform.clock.advance(45_000);
    expect(await kept()).toBe("1: LIVE 97999/2001");
    expect(order.version).toBe(1n);
  });

  test("F2: the request is sent again and again, by other gateways, at once and much later", async () => {
    const other = desk.by(await platform.startGateway());
    const requestId = desk.newId();
    const first = await platform.run(desk.submit({}, requestId));
    const again = await platform.run(Promise.all([desk, other, other].map((one) => one.submit({}, requestId))));
    await platform.clock.advance(400_000);
    again.push(await platform.run(other.submit({ quantity: "1.0" }, requestId)));
    expect(new Set(again.map(({ orderId }) => orderId))).toEqual(new Set([first.orderId]));
    expect(await kept()).toBe("1: LIVE 97999/2001");
  });

  test("F2: its frame is put on the log once more by who copies records", async () => {
    await platform.run(desk.submit());
    const { log } = platform.world;
    for (let partition = 0; partition < platform.partitions.oms; partition++) {
      const { end } = await platform.run(log.range("orders.commands", partition));
      if (end === 0) continue;
      const records = await platform.run(log.read("orders.commands", partition, 0, 1e9));
      for (const { bytes } of records) await platform.run(log.append("orders.commands", partition, bytes));
    }
    expect(await kept()).toBe("1: LIVE 97999/2001");
  });

  test("F3: the client dies between keeping the id and sending: what it sends at last is the first", async () => {
    const requestId = desk.newId();
    await platform.clock.advance(600_000);
    expect(await kept()).toBe("0:  100000/0");
    await platform.run(desk.submit({}, requestId));
    expect(await kept()).toBe("1: LIVE 97999/2001");
  });

  test("F4, I7: the gateway dies once the command is on the log: another answers with that order", async () => {
    const [dying] = platform.gateways;
    const requestId = "not a UUID";
    if (dying === undefined) throw new Error("no gateway");
    once("orders.commands", undefined, () => dying.process.kill());
    expect(await platform.run(errorOf(desk.by(dying).submit({}, requestId)))).toMatchObject({ code: "Aborted" });
    const other = desk.by(await platform.startGateway());
    const order = await platform.run(other.submit({}, requestId));
    expect((await platform.run(other.read(order.orderId))).orderId).toBe(order.orderId);
    expect(await kept()).toBe("1: LIVE 97999/2001");
  });

  test("F4: the gateway dies before the command is on the log: the retry is the first that anybody hears of", async () => {
    const [dying] = platform.gateways;
    const requestId = desk.newId();
    once("orders.commands", { kind: "lost" }, () => platform.clock.after(1, () => dying?.process.kill()));
    expect(await platform.run(errorOf(desk.submit({}, requestId)))).toMatchObject({ code: "Aborted" });
    await platform.startGateway();
    expect(await kept()).toBe("0:  100000/0");
    await platform.run(desk.submit({}, requestId));
    expect(await kept()).toBe("1: LIVE 97999/2001");
  });

  test("F5: the order shard dies between its decision and the venue: its successor sends what had not left", async () => {
    const [first] = platform.living();
    once("venue.orders", { kind: "lost" }, () => platform.clock.after(1, () => first?.process.kill()));
    const order = await platform.run(desk.submit());
    await platform.clock.advance(500);
    await platform.startOwner();
    expect(await kept()).toBe("1: LIVE 97999/2001");
    expect(statusOf(await platform.run(desk.read(order.orderId)))).toBe("LIVE");
  });

  test("D4, F9: everything is killed at any millisecond between acceptance and effect; the retry is one order", async () => {
    for (let wait = 0; wait < 40; wait += 4) {
      const requestId = `order ${wait}`;
      desk.submit({ quantity: "0.1" }, requestId).catch(() => undefined);
      await platform.clock.advance(wait);
      platform.living().at(-1)?.process.kill();
      platform.gateways.at(-1)?.process.kill();
      await platform.startOwner();
      await platform.startGateway();
      await platform.run(desk.submit({ quantity: "0.1" }, requestId));
    }
    expect(await kept()).toBe(`10: ${"LIVE,".repeat(9)}LIVE 97999/2001`);
  });
});

describe("a process that is slow", () => {
  test("F10: an owner is paused for 20 s while another works; woken, it says what was said already", async () => {
    const [paused] = platform.living();
    const [follower] = platform.gateways;
    const before = await platform.run(desk.submit());
    paused?.process.pause();
    const successor = await platform.startOwner();
    const fresh = desk.by(await platform.startGateway());
    const during = await platform.run(fresh.submit());
    await platform.run(fresh.cancel(before.orderId));
    await platform.clock.advance(20_000);
    paused?.process.resume();
    await platform.clock.advance(500);
    if (follower === undefined) throw new Error("no gateway");
    const after = await platform.run(desk.by(follower).submit());
    expect(await kept()).toBe("3: LIVE,LIVE,CANCELED 95998/4002");
    expect(statusOf(await platform.run(desk.by(follower).read(during.orderId)))).toBe("LIVE");
    expect(statusOf(await platform.run(fresh.read(after.orderId)))).toBe("LIVE");
    expect(successor.process.state).toBe("RUNS");
  });

  test("F10: a gateway is paused for 20 s with a command in hand: the command has expired, or happened, once", async () => {
    const [slow] = platform.gateways;
    const requestId = desk.newId();
    platform.world.log.setDown(true);
    const lost = errorOf(desk.submit({}, requestId));
    await platform.clock.advance(5);
    slow?.process.pause();
    platform.world.log.setDown(false);
    const other = desk.by(await platform.startGateway());
    await platform.run(other.submit({}, requestId));
    await platform.clock.advance(20_000);
    slow?.process.resume();
    await platform.run(lost);
    expect(await kept()).toBe("1: LIVE 97999/2001");
  });

  test("F11: what an owner had handed over lands 8 s after its death, behind what its successor wrote", async () => {
    const [dying] = platform.living();
    let count = 0;
    platform.world.appendFault = ({ topic }) => {
      const isOurs = topic !== "orders.commands" && count < 4;
      if (isOurs) count++;
      return isOurs ? { kind: "delayed", milliseconds: 8_000 } : undefined;
    };
    await platform.run(desk.submit());
    await platform.clock.advance(50);
    dying?.process.kill();
    await platform.startOwner();
    await platform.run(desk.submit());
    await platform.clock.advance(10_000);
    expect(count).toBe(4);
    expect(await kept()).toBe("2: LIVE,LIVE 95998/4002");
  });
});

describe("F16: fills and cancels cross", () => {
  test("an order is filled after its cancel was asked for: it is filled, and nothing stays reserved", async () => {
    const seller = new Desk(platform, await platform.account("bob", { ETH: "10" }));
    const order = await platform.run(desk.submit({ quantity: "2", limitPrice: "3000" }));
    await platform.clock.advance(500);
    const sold = seller.submit({ side: Side.SELL, quantity: "2", limitPrice: "3000" });
    await platform.clock.advance(1);
    const canceled = desk.cancel(order.orderId).catch(() => undefined);
    await platform.run(Promise.all([sold, canceled]));
    await platform.clock.advance(500);
    const ended = await platform.run(desk.read(order.orderId));
    const whole = { FILLED: "93998.8/0", CANCELED: "100000/0" }[statusOf(ended)];
    expect(await platform.run(desk.holds("USD"))).toBe(whole);
    expect(Number(ended.cumulativeQuantity) + Number(ended.canceledQuantity)).toBe(2);
  });

  test("F28: two consoles cancel and amend one order at once, many times over: it is one of the two, whole", async () => {
    const other = desk.by(await platform.startGateway());
    for (let round = 0; round < 6; round++) {
      const { orderId } = await platform.run(desk.submit());
      await platform.clock.advance(round % 2 === 0 ? 0 : 100);
      const calls = [desk.cancel(orderId), other.replace(orderId, { quantity: "3" }), other.cancel(orderId)];
      await platform.run(Promise.all(calls.map((call) => call.catch(() => undefined))));
      await platform.clock.advance(500);
      const ended = await platform.run(other.read(orderId));
      expect(statusOf(ended)).toBe("CANCELED");
      expect(ended.canceledQuantity).toBe(ended.quantity);
    }
    expect(await platform.run(desk.holds("USD"))).toBe("100000/0");
  });
});
