import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { encodeEach } from "@atlas/platform/wire/codec/encode-each";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { isFinal } from "@atlas/platform/wire/order/final-status";
import { expect, test } from "vitest";
import { OrderViews } from "./order-views.ts";
import { ordersOnLog } from "./orders-on-log.ts";
import { randomFlow } from "./testing/random-flow.ts";
import { digest } from "./testing/shard-flow.ts";

const clock = manualClock();
const { events } = randomFlow(25, 120);
const views = new OrderViews();
for (const event of events) views.apply(event);
const ended = events.map(({ orderId }) => views.get(orderId)).find((view) => view && isFinal(view.order.status));
if (ended === undefined) throw new Error("no order ended");
const wanted = new Set([ended.order.orderId]);
const made = events.findIndex(({ orderId }) => wanted.has(orderId)) + 1;

/** A log to which owners wrote the first events, so many each. */
async function logOf(counts: readonly number[]) {
  const log = memoryLog({ clock });
  for (const [owner, count] of counts.entries()) {
    const encoded = encodeEach(OrderEventCodec, events.slice(0, count));
    const frame = encodeFrame({ source: "oms/0", writer: `${owner}`, firstNumber: 1n }, encoded, digest);
    const appended = log.append("orders.events", 0, frame);
    await clock.advance(30);
    await appended;
  }
  return log;
}

test("S15: what a slower owner wrote again takes no order back", async () => {
  const found = ordersOnLog({ log: await logOf([events.length, made]), digest }, 0, wanted, () => false);
  await clock.advance(100);
  expect(await found).toEqual([ended]);
});

test("S20: once nobody waits for them nothing more is fetched", async () => {
  const log = await logOf([made, made, made]);
  const read = log.read.bind(log);
  let reads = 0;
  log.read = async (topic, partition, from) => {
    reads += 1;
    return (await read(topic, partition, from, 1)).slice(0, 1);
  };
  const found = ordersOnLog({ log, digest }, 0, wanted, () => reads === 2);
  await clock.advance(100);
  await found;
  expect(reads).toBe(2);
});
