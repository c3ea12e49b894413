import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { encode } from "@atlas/gen/codec/codec";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { timerDueOf } from "@atlas/platform/wire/order/timer-due";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf, statusOf } from "../testing/desk.ts";

const HOUR = 3_600_000;

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  desk = new Desk(platform, await platform.account("ada", { USD: "1000000", ETH: "50" }));
});
afterEach(() => expect(platform.failures).toEqual([]));

/** A market order needs a quote that is not stale; it trades with the participants. */
async function tradesAtMarket(): Promise<void> {
  const market = { instrumentId: "BTC-USD", type: OrderType.MARKET, limitPrice: "", quantity: "0.01" };
  const { orderId } = await platform.run(desk.submit(market));
  await platform.clock.advance(500);
  expect(statusOf(await platform.run(desk.read(orderId)))).toBe("FILLED");
}

const JUMPS: readonly [string, () => void][] = [
  ["an hour forward", () => platform.clock.shiftWall(HOUR)],
  ["an hour back", () => platform.clock.shiftWall(-HOUR)],
  ["two seconds back", () => platform.clock.shiftWall(-2_000)],
  ["back and forth", () => void [-HOUR, 2 * HOUR, -HOUR].map((jump) => platform.clock.shiftWall(jump))],
  ["nowhere: it stands still", () => platform.world.freezeWall()],
];

describe.each(JUMPS)("F17: the clock goes %s", (_, jump) => {
  test("orders go on, quotes are not taken for stale, and a second market is not either", async () => {
    jump();
    await platform.clock.advance(1_500);
    for (let round = 0; round < 3; round++) {
      await tradesAtMarket();
      expect(statusOf(await platform.run(desk.submit()))).toBe("PENDING_SUBMIT");
      await platform.clock.advance(3_000);
    }
    const live = (await platform.run(desk.list())).filter((order) => statusOf(order) === "LIVE");
    expect(live.length).toBe(3);
  });

  test("a request that was sent before is still known after", async () => {
    const ids = ["any text", desk.newId()];
    const before = await platform.run(Promise.all(ids.map((requestId) => desk.submit({}, requestId))));
    await platform.clock.advance(1_000);
    jump();
    await platform.clock.advance(1_500);
    await tradesAtMarket();
    const after = await platform.run(Promise.all(ids.map((requestId) => desk.submit({}, requestId))));
    expect(after.map(({ orderId }) => orderId)).toEqual(before.map(({ orderId }) => orderId));
  });

  test("no more orders pass than the account's burst, and as many as come by its rate", async () => {
    await platform.run(desk.limit({ ordersPerSecond: 1, orderBurst: 5 }));
    const send = () => errorOf(desk.submit({ quantity: "0.01" }));
    const passed = async (count: number) => {
      const answers = await platform.run(Promise.all(Array.from({ length: count }, send)));
      expect(answers.filter((answer) => answer !== "answered" && answer.reason !== "RATE_LIMIT")).toEqual([]);
      return answers.filter((answer) => answer === "answered").length;
    };
    expect(await passed(10)).toBe(5);
    jump();
    expect(await passed(10)).toBeLessThanOrEqual(5);
    expect(await passed(10)).toBe(0);
  });

  test("a successor that starts then has the same state", async () => {
    await platform.run(desk.submit());
    jump();
    await platform.clock.advance(1_000);
    await platform.run(desk.submit());
    platform.living().at(-1)?.process.kill();
    await platform.startOwner();
    expect((await platform.run(desk.list())).length).toBe(2);
    await platform.clock.advance(1_500);
    await platform.startGateway();
    await tradesAtMarket();
  });
});

test("S9: a DAY order ends by its venue's tick; what an owner's timer says to its order shard finds nothing due", async () => {
  const { orderId } = await platform.run(desk.submit({ timeInForce: TimeInForce.DAY }));
  const gtc = await platform.run(desk.submit());
  const day = 24 * HOUR;
  platform.clock.shiftWall(day - (platform.clock.now() % day) - 3_000);
  await platform.clock.advance(1_500);
  const { log, digest } = platform.world;
  for (let partition = 0; partition < platform.partitions.oms; partition++) {
    const timer = encode(OrderCommandCodec, timerDueOf(platform.clock.now() + day));
    const fields = { source: `oms/${partition}`, writer: "owner", firstNumber: 0n };
    await platform.run(log.append("orders.commands", partition, encodeFrame(fields, [timer], digest)));
  }
  await platform.clock.advance(500);
  expect(statusOf(await platform.run(desk.read(orderId)))).toBe("LIVE");
  await platform.clock.advance(3_000);
  expect(statusOf(await platform.run(desk.read(orderId)))).toBe("EXPIRED");
  expect(statusOf(await platform.run(desk.read(gtc.orderId)))).toBe("LIVE");
  expect(await platform.run(desk.holds("USD"))).toBe("997999/2001");
});

test("I17, S7: a venue that falls silent is noticed: new orders are refused, cancels are not", async () => {
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(500);
  platform.stopTicks();
  await platform.clock.advance(6_000);
  expect(await platform.run(errorOf(desk.submit()))).toMatchObject({ code: "Unavailable", reason: "VENUE_AWAY" });
  expect(await platform.run(errorOf(desk.cancel(orderId)))).toBe("answered");
});

test("S7, F17: a venue that falls silent after the clock went back is noticed all the same", async () => {
  platform.clock.shiftWall(-HOUR);
  await platform.clock.advance(2_000);
  await platform.run(desk.submit());
  platform.stopTicks();
  await platform.clock.advance(6_000);
  expect(await platform.run(errorOf(desk.submit()))).toMatchObject({ code: "Unavailable", reason: "VENUE_AWAY" });
});

test("F17: a gateway whose own clock is an hour behind has its commands refused as expired, and nothing is done", async () => {
  const [gateway] = platform.gateways;
  if (gateway === undefined) throw new Error("no gateway");
  gateway.process.wallOffset = -HOUR;
  expect(await platform.run(errorOf(desk.submit({}, "one")))).toMatchObject({
    code: "Unavailable",
    reason: "COMMAND_EXPIRED",
    message: expect.stringContaining("this gateway's clock is 3600 s behind the log's"),
  });
  expect(await platform.run(desk.list())).toEqual([]);
  gateway.process.wallOffset = HOUR;
  expect(await platform.run(errorOf(desk.submit({}, "one")))).toBe("answered");
});

test("F17: whatever method it is: a gateway says that its own clock is behind, and only then", async () => {
  const [gateway] = platform.gateways;
  if (gateway === undefined) throw new Error("no gateway");
  const { orderId } = await platform.run(desk.submit());
  const calls = [
    () => desk.cancel(orderId),
    () => desk.deposit("USD", "1"),
    () => gateway.client(IdentityService).createUser({ userId: "eve" }),
  ];
  gateway.process.wallOffset = -HOUR;
  for (const call of calls) {
    expect(await platform.run(errorOf(call()))).toMatchObject({
      reason: "COMMAND_EXPIRED",
      message: expect.stringContaining("this gateway's clock is 3600 s behind the log's"),
    });
  }
  gateway.process.wallOffset = 0;
  platform.leader()?.process.pause();
  const late = errorOf(desk.submit());
  await platform.clock.advance(40_000);
  platform.leader()?.process.resume();
  expect(await platform.run(late)).not.toMatchObject({ message: expect.stringContaining("clock") });
});

test.each([
  [-HOUR, "this gateway's clock is behind the log's: its commands are refused as expired", 3_600],
  [HOUR, "this gateway's clock is ahead of the log's: its commands do not expire in time", 3_600],
  [-4_000, "this gateway's clock is behind the log's: its commands are refused as expired", 4],
  [-1_000, "", 0],
])(
  "F17: a gateway whose clock is off by %i ms is warned of once a minute, with the skew",
  async (offset, message, seconds) => {
    const [gateway] = platform.gateways;
    if (gateway === undefined) throw new Error("no gateway");
    const warnings = () => platform.warnings.filter((warning) => warning.includes("this gateway's clock"));
    await platform.run(errorOf(desk.submit()));
    expect(warnings()).toEqual([]);
    gateway.process.wallOffset = offset;
    for (let second = 0; second < 90; second++) {
      await platform.run(errorOf(desk.submit()));
      await platform.clock.advance(1_000);
    }
    const said = `${gateway.process.name}: ${message} {"skewSeconds":${seconds}}`;
    expect(warnings()).toEqual(message === "" ? [] : [said, said]);
  },
);

test("I25, I9: of two orders at one price the first on the log trades first, whatever the clock said", async () => {
  const sells = { side: Side.SELL, limitPrice: "3000", quantity: "1" };
  const first = await platform.run(desk.submit(sells));
  await platform.clock.advance(200);
  platform.clock.shiftWall(-HOUR);
  await platform.clock.advance(1_500);
  const second = await platform.run(desk.submit(sells));
  await platform.clock.advance(200);
  const buyer = new Desk(platform, await platform.account("bob", { USD: "10000" }));
  await platform.run(buyer.submit({ limitPrice: "3000", quantity: "1" }));
  await platform.clock.advance(500);
  expect(statusOf(await platform.run(desk.read(first.orderId)))).toBe("FILLED");
  expect(statusOf(await platform.run(desk.read(second.orderId)))).toBe("LIVE");
  const [newest, oldest] = await platform.run(desk.list());
  expect([newest?.orderId, oldest?.orderId]).toEqual([second.orderId, first.orderId]);
});
