import { LogUnavailable } from "@atlas/platform/ports/log";
import { LogFollower } from "@atlas/platform/tail/log-follower";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FollowedLane, PartitionPoller } from "./partition-poller.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { MemoryCluster } from "./testing/memory-cluster.ts";

const LARGEST = 4_000_000;
const MOST_OF_ONE_ANSWER = 8 << 20;

let cluster: MemoryCluster;
let poller: PartitionPoller;
/** Monotonic milliseconds. */
let now: number;

beforeEach(() => {
  [cluster, now] = [new MemoryCluster(), 0];
  const clock = () => now;
  const silence = new SilenceWatch(() => {}, clock);
  poller = new PartitionPoller(cluster, silence, { now: clock, lost: () => {} });
});
afterEach(() => poller.close());

interface Heard {
  readonly lane: FollowedLane;
  readonly offsets: number[];
  failure: Error | undefined;
}

function follow(topic: string, partition: number, end = 0): Heard {
  const lane: FollowedLane = { topic, partition, followers: new Set(), end };
  const heard: Heard = { lane, offsets: [], failure: undefined };
  const follower = new LogFollower(
    { end: () => lane.end, read: () => Promise.reject(new LogUnavailable("only what is new is heard here")) },
    end,
    {
      receive: (records) => void heard.offsets.push(...records.map(({ offset }) => offset)),
      fail: (error) => {
        heard.failure = error;
      },
    },
    { bufferBytes: 1 << 30, readBytes: 1, ended: () => lane.followers.delete(follower) },
  );
  lane.followers.add(follower);
  poller.follow(lane);
  return heard;
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 1 }).toBe(true);
}

/** Who leads is known from here on. */
async function led(partitions: readonly number[], broker: number | undefined, topic = "t"): Promise<void> {
  for (const partition of partitions) cluster.lead(topic, partition, broker);
  await cluster.refresh();
}

test("a partition behind busier ones of its broker is heard: whoever was told something is asked for last", async () => {
  const busy = Array.from({ length: 12 }, (_, partition) => partition);
  await led([...busy, 12], 1);
  for (const partition of busy) {
    cluster.fill("t", partition, 1_000_000);
    follow("t", partition);
  }
  const quiet = follow("t", 12);
  cluster.append("t", 12, 10);
  await until(() => quiet.offsets.length === 1);
  expect(cluster.fetches.length).toBeLessThan(20);
  cluster.append("t", 12, 10);
  await until(() => quiet.offsets.length === 2);
  for (const { bytes } of cluster.fetches) expect(bytes).toBeLessThanOrEqual(MOST_OF_ONE_ANSWER);
});

test("busy partitions of one topic do not keep another topic back, though one of theirs is quiet", async () => {
  const busy = Array.from({ length: 12 }, (_, partition) => partition + 1);
  await led([0, ...busy], 1, "a");
  await led([0], 1, "b");
  follow("a", 0);
  for (const partition of busy) {
    cluster.fill("a", partition, 1_000_000);
    follow("a", partition);
  }
  const quiet = follow("b", 0);
  for (const count of [1, 2, 3]) {
    cluster.append("b", 0, 10);
    await until(() => quiet.offsets.length === count);
  }
});

test("the largest record comes in one answer with what its neighbours have", async () => {
  await led([0, 1], 1);
  cluster.append("t", 0, 10);
  cluster.append("t", 1, LARGEST);
  const [small, large] = [follow("t", 0), follow("t", 1)];
  // The first poll begins with the first follow, and asks for no more.
  await until(() => cluster.fetches.length > 1 && large.offsets.length === 1);
  expect(small.offsets).toEqual([0]);
  cluster.append("t", 0, 10);
  cluster.append("t", 1, LARGEST);
  const before = cluster.fetches.length;
  await until(() => small.offsets.length === 2 && large.offsets.length === 2);
  expect(cluster.fetches.length).toBe(before + 1);
});

test("F12 a partition that another broker leads from now on is heard there, though that one was not polled before", async () => {
  await led([0, 1], 1);
  const [stays, moves] = [follow("t", 0), follow("t", 1)];
  cluster.append("t", 1, 10);
  await until(() => moves.offsets.length === 1);
  cluster.lead("t", 1, 2);
  cluster.append("t", 1, 10);
  cluster.append("t", 0, 10);
  await until(() => stays.offsets.length === 1);
  await until(() => moves.offsets.length === 2);
});

test("F12 for a partition that nobody leads a leader is looked for, while its broker goes on with others", async () => {
  await led([0, 1], 1);
  const [stays, moves] = [follow("t", 0), follow("t", 1)];
  cluster.lead("t", 1, undefined);
  cluster.append("t", 0, 10);
  await until(() => stays.offsets.length === 1);
  cluster.append("t", 0, 10);
  await until(() => stays.offsets.length === 2);
  cluster.lead("t", 1, 2);
  cluster.append("t", 1, 10);
  await until(() => moves.offsets.length === 1);
});

test("F12 a leader that was cut off from the other brokers answers as before: within seconds its successor is heard", async () => {
  await led([0], 1);
  await led([1], 2);
  const [moves, stays] = [follow("t", 0), follow("t", 1)];
  for (const partition of [0, 1]) cluster.append("t", partition, 10);
  await until(() => moves.offsets.length === 1 && stays.offsets.length === 1);
  cluster.cutOff(1);
  cluster.lead("t", 0, 3);
  cluster.append("t", 0, 10);
  const before = cluster.looks;
  now += 2_000;
  await until(() => moves.offsets.length === 2);
  cluster.append("t", 1, 10);
  await until(() => stays.offsets.length === 2);
  expect(cluster.looks).toBe(before + 1);
});

test("F12 what an earlier leader's late answer tells is known by then: nothing is wrong with the partition", async () => {
  await led([0], 1);
  await led([1], 2);
  const late = Promise.withResolvers<void>();
  cluster.delay = (broker) => (broker === 1 ? late.promise : new Promise(setImmediate));
  const [moves, stays] = [follow("t", 0), follow("t", 1)];
  cluster.append("t", 0, 10);
  await until(() => cluster.fetches.some(({ broker, bytes }) => broker === 1 && bytes > 0));
  await led([0], 2);
  cluster.append("t", 0, 10);
  cluster.append("t", 1, 10);
  await until(() => moves.offsets.length === 2 && stays.offsets.length === 1);
  late.resolve();
  cluster.append("t", 0, 10);
  await until(() => moves.offsets.length === 3 || moves.failure !== undefined);
  expect(moves.failure).toBeUndefined();
  expect(moves.offsets).toEqual([0, 1, 2]);
});

test("an answer to who followed before is not one to who follows now, from a later offset", async () => {
  await led([0], 1);
  const late = Promise.withResolvers<void>();
  cluster.delay = () => late.promise;
  const before = follow("t", 0);
  cluster.append("t", 0, 10);
  await until(() => cluster.fetches.some(({ bytes }) => bytes > 0));
  poller.unfollow(before.lane);
  cluster.append("t", 0, 10);
  const now = follow("t", 0, 2);
  late.resolve();
  cluster.append("t", 0, 10);
  await until(() => now.offsets.length > 0 || now.failure !== undefined);
  expect(now.failure).toBeUndefined();
  expect(now.offsets).toEqual([2]);
});
