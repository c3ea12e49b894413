import { dice } from "@atlas/assembly/simulated/dice";
import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { Desk, statusOf } from "@atlas/assembly/testing/desk";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { encode } from "@atlas/gen/codec/codec";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { audit } from "../checks/audit.ts";
import { checkRebuilt } from "../checks/rebuild.ts";
import { TradingFloor } from "../clients/trading-floor.ts";
import { modelOf } from "../model/log-model.ts";
import { readLog } from "../model/log-reading.ts";

let platform: MemoryPlatform;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
});
afterEach(() => expect(platform.failures).toEqual([]));

/**
 * Puts reports of clients' orders that a venue has sent before on the log once more, in any order, outside of its link. (A
 * house account has no orders: there the link alone drops a repeat, and conservation would stop the shard.)
 */
async function repeatReports(roll: ReturnType<typeof dice>): Promise<void> {
  const { orderCommands } = await readLog(platform);
  const reports = orderCommands.filter(
    ({ message }) => message?.command.case === "report" && !message.accountId.startsWith("house-"),
  );
  for (let count = 0; count < 15; count++) {
    const report = reports[roll(reports.length)];
    if (report?.message === undefined) return;
    const bytes = encodeFrame(
      { source: report.source, writer: "again", firstNumber: 0n },
      [encode(OrderCommandCodec, report.message)],
      platform.world.digest,
    );
    await platform.run(platform.world.log.append("orders.commands", report.partition, bytes));
  }
}

test("F16, D5, I4, I5: reports that come again, late and in any order change nothing", async () => {
  const floor = await new TradingFloor(platform, 7).open(60);
  const roll = dice(7);
  for (let round = 0; round < 8; round++) {
    await platform.clock.advance(1_000);
    await repeatReports(roll);
  }
  await floor.close();
  const reading = await readLog(platform);
  await audit(floor, modelOf(reading, floor.violations));
  const unmatched = reading.orderEvents.filter(({ message }) => message?.event.case === "reportUnmatched");
  expect(unmatched.length).toBeGreaterThan(50);
  expect(floor.violations.found).toEqual([]);
}, 60_000);

test("D6, I10: the log replayed twice gives the same ledger, to the last byte", async () => {
  const floor = await new TradingFloor(platform, 8).open(60);
  await platform.clock.advance(5_000);
  await floor.close();
  await checkRebuilt(platform, floor.violations, [[], []]);
  expect(floor.violations.seen.get("I10")).toBe(2 * 2 * 7);
  expect(floor.violations.found).toEqual([]);
});

describe("D10, I12: two orders of one owner meet", () => {
  test.each([
    ["UNSPECIFIED", "LIVE 1", "CANCELED 0"],
    ["CANCEL_NEWEST", "LIVE 1", "CANCELED 0"],
    ["CANCEL_OLDEST", "CANCELED 0", "LIVE 1.5"],
    ["CANCEL_BOTH", "CANCELED 0", "CANCELED 0"],
    ["DECREMENT", "CANCELED 0", "LIVE 0.5"],
    ["ALLOW", "FILLED 0", "PARTIALLY_FILLED 0.5"],
  ] as const)("%s: the one at rest is %s, the one that arrives %s", async (mode, resting, arriving) => {
    const seller = new Desk(platform, await platform.account("ada", { ETH: "5" }, "ada"));
    const buyer = new Desk(platform, await platform.account("ada-b", { USD: "10000" }, "ada"));
    const maker = await platform.run(seller.submit({ side: Side.SELL, limitPrice: "3000", quantity: "1" }));
    await platform.clock.advance(300);
    const selfTradePrevention = SelfTradePrevention[mode];
    const taker = await platform.run(buyer.submit({ limitPrice: "3000", quantity: "1.5", selfTradePrevention }));
    await platform.clock.advance(300);
    const shown = [await platform.run(seller.read(maker.orderId)), await platform.run(buyer.read(taker.orderId))];
    expect(shown.map((order) => `${statusOf(order)} ${order.leavesQuantity}`)).toEqual([resting, arriving]);
    const { marketData } = await readLog(platform);
    const trades = marketData.filter(
      ({ message }) => message?.event.case === "trade" && message.instrumentId === "ETH-USD",
    );
    expect(trades.length).toBe(mode === "ALLOW" ? 1 : 0);
  });
});

describe("I4, D2: what was reserved is resolved once", () => {
  test("buy 1 at 2000, cancel: available as before to the last unit, nothing reserved", async () => {
    const desk = new Desk(platform, await platform.account("ada", { USD: "5000.00000001" }));
    const { orderId } = await platform.run(desk.submit());
    expect(await platform.run(desk.holds("USD"))).toBe("2999.00000001/2001");
    await platform.clock.advance(300);
    await platform.run(desk.cancel(orderId));
    await platform.clock.advance(300);
    expect(await platform.run(desk.holds("USD"))).toBe("5000.00000001/0");
  });

  test("D1: 0.8 filled by eight of 0.1 leaves exactly nothing", async () => {
    const buyer = new Desk(platform, await platform.account("ada", { USD: "5000" }));
    const seller = new Desk(platform, await platform.account("bob", { ETH: "1" }));
    const { orderId } = await platform.run(buyer.submit({ quantity: "0.8", limitPrice: "3000.1" }));
    for (let round = 0; round < 8; round++) {
      await platform.run(seller.submit({ side: Side.SELL, quantity: "0.1", limitPrice: "3000.1" }));
      await platform.clock.advance(100);
    }
    const order = await platform.run(buyer.read(orderId));
    expect(`${statusOf(order)} ${order.leavesQuantity} ${order.reserved?.amount}`).toBe("FILLED 0 0");
    expect(await platform.run(buyer.holds("ETH"))).toBe("0.8/0");
    expect(await platform.run(seller.holds("ETH"))).toBe("0.2/0");
  });
});
