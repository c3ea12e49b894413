import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { Desk } from "@atlas/assembly/testing/desk";
import { OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { AppendFault } from "@atlas/platform/memory/memory-log";
import { sleep } from "@atlas/platform/ports/clock";
import { expect, test } from "vitest";
import { modelOf } from "../model/log-model.ts";
import { inSequence, type LogReading, readLog } from "../model/log-reading.ts";
import { Violations } from "../model/violations.ts";

/** Nine slices of work, and more events than a frame holds. */
const ORDERS = 4_500;
const BATCH = 900;
/** Events of a slice (S13). */
const SLICE = 500;
const ACCOUNT = "ada";
const FUNDS = "1000000/0";
const REQUEST = "cancel them all";

const order = {
  ...{ instrumentId: "ETH-USD", side: Side.BUY, type: OrderType.LIMIT },
  ...{ quantity: "0.01", limitPrice: "2000" },
};

async function openOrders(platform: MemoryPlatform): Promise<string[]> {
  const desk = new Desk(platform, await platform.account(ACCOUNT, { USD: "1000000" }));
  await platform.run(desk.limit({ ordersPerSecond: 1_000_000, orderBurst: 1_000_000 }));
  const orderIds: string[] = [];
  while (orderIds.length < ORDERS) {
    const entries = Array.from({ length: BATCH }, () => ({ requestId: desk.newId(), order }));
    const call = platform.client(OrderService).submitOrders({ accountId: ACCOUNT, entries });
    const { results } = await platform.run(call);
    orderIds.push(...results.map(({ result }) => (result.case === "order" ? result.value.orderId : "none")));
  }
  await platform.clock.advance(2_000);
  return orderIds;
}

/** What befalls the platform as a frame is handed to the log; `fault`: what befalls the frame. */
interface Story {
  readonly name: string;
  /** Absent: `orders.events`. */
  readonly topic?: string;
  /** Of the topic's frames since the request, from 1: two of events hold its slices, the third what the venue said. */
  readonly frame: number;
  readonly fault?: AppendFault;
  readonly befalls: (platform: MemoryPlatform) => Promise<unknown>;
}

async function ownerDies(platform: MemoryPlatform): Promise<unknown> {
  platform.leader()?.process.kill();
  return platform.beginOwner();
}

async function ownerPauses(platform: MemoryPlatform): Promise<unknown> {
  const paused = platform.leader();
  paused?.process.pause();
  await platform.beginOwner();
  await sleep(platform.clock, 20_000);
  return paused?.process.resume();
}

async function everythingDies(platform: MemoryPlatform): Promise<unknown> {
  for (const { process } of [...platform.living(), ...platform.gateways]) process.kill();
  await platform.beginOwner();
  return platform.beginGateway();
}

const STORIES: readonly Story[] = [
  { name: "F4: the owner dies before it decides", topic: "orders.commands", frame: 1, befalls: ownerDies },
  { name: "F5: the owner dies behind the first slices", frame: 1, befalls: ownerDies },
  { name: "F5: the owner dies and the first slices never land", frame: 1, fault: { kind: "lost" }, befalls: ownerDies },
  { name: "F5: the owner dies behind the last slice", frame: 2, befalls: ownerDies },
  {
    name: "F11: the owner dies, its last slices land 3 s later, behind its successor's",
    frame: 2,
    fault: { kind: "delayed", milliseconds: 3_000 },
    befalls: ownerDies,
  },
  { name: "F9: the owner dies while the venue answers", frame: 3, befalls: ownerDies },
  { name: "I20: another owner joins in the midst of it", frame: 1, befalls: (platform) => platform.beginOwner() },
  { name: "F10: the owner is paused, another goes on, it wakes 20 s later", frame: 2, befalls: ownerPauses },
  {
    name: "F4, F5: owner and gateway die between two slices",
    frame: 2,
    fault: { kind: "lost" },
    befalls: everythingDies,
  },
];

/** Sends the request until it is answered, to whichever gateway lives. */
async function canceled(platform: MemoryPlatform, requestId: string): Promise<string[]> {
  for (let tries = 0; tries < 200; tries++) {
    const call = platform.client(OrderService).cancelOrders({ requestId, accountId: ACCOUNT });
    const answer = await call.catch(() => undefined);
    if (answer !== undefined) return answer.orderIds;
    await sleep(platform.clock, 100);
  }
  throw new Error("the request is not answered");
}

test.each(STORIES)(
  "S13: $name: all are canceled once, and every answer is the same",
  async (story) => {
    const platform = await new MemoryPlatform().start();
    const orderIds = await openOrders(platform);
    let frames = 0;
    let befallen: Promise<unknown> | undefined;
    platform.world.appendFault = ({ topic }) => {
      if (topic !== (story.topic ?? "orders.events") || ++frames !== story.frame) return undefined;
      befallen = story.befalls(platform);
      return story.fault;
    };
    const answers = [await platform.run(canceled(platform, REQUEST))];
    await platform.clock.advance(1_000);
    if (befallen === undefined) throw new Error("nothing befell it");
    await platform.run(befallen);
    await platform.clock.advance(5_000);
    await platform.startGateway();
    answers.push(await platform.run(canceled(platform, REQUEST)));
    expect(answers).toEqual([orderIds, orderIds]);
    expect(await platform.run(new Desk(platform, ACCOUNT).holds("USD"))).toBe(FUNDS);
    const reading = await readLog(platform);
    checkSlices(reading);
    const violations = new Violations();
    const { orders } = modelOf(reading, violations).orders;
    expect([...orders.values()].filter(({ status }) => status === OrderStatus.CANCELED).length).toBe(ORDERS);
    expect(violations.found).toEqual([]);
    expect(platform.failures).toEqual([]);
  },
  60_000,
);

/** Slices of at most 500 events, each whole in one frame, the last one done (S13). */
function checkSlices({ orderEvents }: LogReading): void {
  const commandId = orderEvents.find(({ message }) => message?.requestId === REQUEST)?.message?.commandId;
  const slices: { readonly offset: number; events: number; done: boolean | undefined }[] = [];
  for (const { offset, message } of [...inSequence(orderEvents).values()].flat()) {
    if (message === undefined || message.commandId !== commandId) continue;
    const last = slices.at(-1);
    const slice = last === undefined || last.done !== undefined ? { offset, events: 0, done: undefined } : last;
    if (slice !== last) slices.push(slice);
    expect(offset).toBe(slice.offset);
    slice.events++;
    if (message.event.case === "workAdvanced") Object.assign(slice, { done: message.event.value.done });
  }
  expect(slices.map(({ done }) => done)).toEqual([...Array(slices.length - 1).fill(false), true]);
  expect(Math.max(...slices.map(({ events }) => events))).toBeLessThanOrEqual(SLICE);
  expect(slices.reduce((sum, { events }) => sum + events - 1, 0)).toBe(ORDERS);
}
