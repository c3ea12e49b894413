import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { type Log, LogUnavailable } from "@atlas/platform/ports/log";
import { beforeEach, expect, test } from "vitest";
import { LogProbe } from "./log-probe.ts";
import { PlatformReadiness } from "./readiness.ts";

let clock: ManualClock;
let log: MemoryLog;
/** Partitions that were asked, in order. */
let asked: string[];
/** Partitions that no broker leads. */
let leaderless: string[];

beforeEach(() => {
  clock = manualClock();
  log = memoryLog({ clock });
  asked = [];
  leaderless = [];
});

function started(range: Log["range"]): LogProbe {
  const probe = new LogProbe({ range }, clock);
  probe.start();
  return probe;
}

const range: Log["range"] = async (topic, partition) => {
  asked.push(`${topic}/${partition}`);
  if (leaderless.includes(`${topic}/${partition}`)) throw new LogUnavailable("no broker leads it");
  return log.range(topic, partition);
};

test("F12: while the log is away readiness says so, and no longer than that", async () => {
  const readiness = new PlatformReadiness(clock);
  const probe = started(range);
  readiness.asks(() => probe.problems());
  readiness.upWithoutMarkets();
  probe.concerns(() => ["oms/0", "oms/1", "venue/0"]);
  await clock.advance(1_500);
  expect(readiness.missing()).toEqual([]);
  log.setDown(true);
  await clock.advance(1_000);
  expect(readiness.missing()).toEqual(["the log is away: the log is down"]);
  log.setDown(false);
  await clock.advance(1_000);
  expect(readiness.missing()).toEqual([]);
  probe.close();
});

test("F12: a partition that no broker leads is told by its name, within a turn for each that concerns the process", async () => {
  const probe = started(range);
  let shards = ["oms/0", "oms/1", "oms/2", "venue/1"];
  probe.concerns(() => shards);
  leaderless = ["orders.commands/2"];
  await clock.advance(4_000);
  expect(probe.problems()).toEqual(["orders.commands/2 is away: no broker leads it"]);
  leaderless.push("venue.orders/1");
  await clock.advance(1_000);
  expect(probe.problems()).toEqual([
    "orders.commands/2 is away: no broker leads it",
    "venue.orders/1 is away: no broker leads it",
  ]);
  leaderless = ["venue.orders/1"];
  await clock.advance(1_000);
  expect(probe.problems()).toEqual(["venue.orders/1 is away: no broker leads it"]);
  shards = ["oms/0"];
  await clock.advance(1_000);
  expect(probe.problems()).toEqual([]);
  probe.close();
});

test("while all is well one partition is asked at a turn; control's while none concerns the process", async () => {
  const probe = started(range);
  let shards: string[] = [];
  probe.concerns(() => shards);
  await clock.advance(500);
  shards = ["oms/0", "identity/0"];
  await clock.advance(3_000);
  expect(asked).toEqual(["control.commands/0", "identity.commands/0", "orders.commands/0", "identity.commands/0"]);
  probe.close();
});

test("F12: a log that answers nothing for three seconds is told, until it answers", async () => {
  let answer = Promise.withResolvers<Awaited<ReturnType<Log["range"]>>>();
  const probe = started(() => answer.promise);
  await clock.advance(3_000);
  expect(probe.problems()).toEqual([]);
  await clock.advance(100);
  expect(probe.problems()).toEqual(["the log does not answer for control.commands/0"]);
  answer.resolve({ start: 0, end: 0 });
  answer = Promise.withResolvers();
  await clock.settle();
  expect(probe.problems()).toEqual([]);
});

test("F12: of partitions of which some answer the others are told", async () => {
  const probe = started((topic, partition) => {
    if (leaderless.length === 0 || partition === 0) return range(topic, partition);
    return partition === 1 ? Promise.reject(new LogUnavailable("no broker leads it")) : new Promise(() => {});
  });
  probe.concerns(() => ["oms/0", "oms/1", "oms/2", "oms/3"]);
  await clock.advance(500);
  leaderless = ["some"];
  await clock.advance(3_600);
  expect(probe.problems()).toEqual([
    "orders.commands/1 is away: no broker leads it",
    "the log does not answer for orders.commands/2 and 1 more",
  ]);
});

test("once closed it asks no more", async () => {
  const probe = started(range);
  await clock.advance(2_500);
  probe.close();
  await clock.advance(10_000);
  expect(asked.length).toBe(3);
});
