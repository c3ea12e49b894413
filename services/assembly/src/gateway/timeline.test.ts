import { getOrderTimeline } from "@atlas/audit/get-order-timeline";
import type { GetOrderTimelineResponse, TimelineEntry } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { GetOrderTimelineRequestSchema } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { timestampOf } from "@atlas/platform/wire/time";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { archiveTimeline } from "../archive-timeline.ts";
import { MemoryPlatform } from "../simulated/memory-platform.ts";

const MINUTE = 60_000;
const platform = new MemoryPlatform({ archivePace: { bytes: 1_000_000, milliseconds: MINUTE } });
let [canceled, swept] = ["", ""];

beforeAll(async () => {
  await platform.start();
  // Every frame stands there twice, and the log's clock runs back between.
  platform.world.appendFault = () => ({ kind: "doubled" });
  const accountId = await platform.account("alice", { USD: "100000" });
  const orders = platform.client(OrderService);
  const submit = async (requestId: string) => {
    const terms = { instrumentId: "ETH-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "100" };
    const { order } = await platform.run(orders.submitOrder({ requestId, accountId, order: terms }));
    await platform.clock.advance(1_000);
    return order?.orderId ?? "";
  };
  canceled = await submit("first");
  swept = await submit("second");
  platform.clock.shiftWall(-5_000);
  await platform.run(orders.replaceOrder({ requestId: "r", accountId, orderId: canceled, limitPrice: "101" }));
  await platform.clock.advance(1_000);
  await platform.run(orders.cancelOrder({ requestId: "c", accountId, orderId: canceled }));
  await platform.clock.advance(1_000);
  await platform.run(orders.cancelOrders({ requestId: "m", accountId }));
  await platform.clock.advance(1_000);
}, 60_000);

async function timeline(
  init: MessageInitShape<typeof GetOrderTimelineRequestSchema>,
): Promise<GetOrderTimelineResponse> {
  const { archive, compression, digest, log } = platform.world;
  const context = { reading: { archive, compression, digest }, log, partitions: platform.partitions };
  return platform.run(getOrderTimeline(create(GetOrderTimelineRequestSchema, init), context));
}

function words({ message }: TimelineEntry): string {
  switch (message.case) {
    case "command":
      return `command ${message.value.command.case}`;
    case "event":
      return `event ${message.value.event.case}`;
    case "venueCommand":
      return `venue ${message.value.command.case}`;
    default:
      return "report";
  }
}

const LIFE = [
  ...["command submit", "event orderAccepted", "venue place", "report"],
  ...["command report", "event orderLive", "report"],
  ...["command replace", "event replaceRequested", "venue amend", "report"],
  ...["command report", "event orderReplaced", "report"],
  ...["command cancel", "event cancelRequested", "venue withdraw", "report"],
  ...["command report", "event orderCanceled", "report"],
];

describe("an order's timeline", () => {
  test("I25: has everything once, by cause and sequence, though appends were repeated and the clock ran back", async () => {
    const { entries, cut, reach } = await timeline({ orderId: canceled });
    expect(entries.map(words).filter((word) => word !== "report")).toEqual(LIFE.filter((word) => word !== "report"));
    expect(entries.map(words)).toEqual(expect.arrayContaining(LIFE));
    expect(cut).toBe(false);
    expect(entries.every(({ archived }) => !archived)).toBe(true);
    expect(reach.map(({ topic }) => topic)).toEqual([
      "orders.events",
      "orders.commands",
      "exec.reports",
      "venue.orders",
    ]);
  });

  test("names a command that canceled many, which does not name the order", async () => {
    const { entries } = await timeline({ orderId: swept });
    expect(entries.map(words)).toContain("command cancelMany");
    expect(entries.map(words).at(-1)).toBe("report");
  });

  test("is the same from the archive as from the log, and partly from each", async () => {
    const before = await timeline({ orderId: canceled });
    await platform.clock.advance(2 * MINUTE);
    const after = await timeline({ orderId: canceled });
    expect(after.entries.every(({ archived }) => archived)).toBe(true);
    expect(after.entries.map((entry) => ({ ...entry, archived: false }))).toEqual(before.entries);
    expect(after.reach.every(({ archivedEnd, logEnd }) => archivedEnd > 0n && logEnd >= archivedEnd)).toBe(true);
    const { archive, compression, digest } = platform.world;
    const request = create(GetOrderTimelineRequestSchema, { orderId: canceled });
    const alone = await platform.run(archiveTimeline(request, { archive, compression, digest }));
    expect(alone.entries).toEqual(after.entries);
    expect(alone.reach.map(({ logEnd }) => logEnd)).toEqual([0n, 0n, 0n, 0n]);
  });

  test("is bounded by times of append", async () => {
    const { entries } = await timeline({ orderId: canceled });
    const times = entries.map(({ appendTime }) => Number(appendTime?.seconds ?? 0n) * 1_000);
    const middle = timestampOf(Math.max(...times));
    const early = await timeline({ orderId: canceled, endTime: middle });
    const late = await timeline({ orderId: canceled, startTime: middle });
    expect(early.entries.length + late.entries.length).toBe(entries.length);
    expect(early.entries.length).toBeLessThan(entries.length);
  });

  test.each(["x", "ffAAAAAAAAAAAAAAAAAAAA", "00AAAAAAAAAAAAAAAAAAAA"])(
    "of %s there is none: NOT_FOUND",
    async (orderId) => {
      await expect(timeline({ orderId })).rejects.toMatchObject({ refusal: { reason: Reason.UNKNOWN_ORDER } });
    },
  );
});
