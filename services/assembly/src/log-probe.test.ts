import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import type { Log } from "@atlas/platform/ports/log";
import { topics } from "@atlas/platform/topic/topics";
import { beforeEach, expect, test } from "vitest";
import { probeLog } from "./log-probe.ts";
import { PlatformReadiness } from "./readiness.ts";

const TOPIC = topics.controlCommands.name;

let clock: ManualClock;
let log: MemoryLog;

beforeEach(() => {
  clock = manualClock();
  log = memoryLog({ clock });
});

test("F12: while the log is away readiness says so, and no longer than that", async () => {
  const readiness = new PlatformReadiness(clock);
  const probe = probeLog(log, TOPIC, clock);
  readiness.asks(() => probe.problems());
  readiness.upWithoutMarkets();
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

test("F12: a log that answers nothing for three seconds is told, until it answers", async () => {
  let answer = Promise.withResolvers<Awaited<ReturnType<Log["range"]>>>();
  const probe = probeLog({ range: () => answer.promise }, TOPIC, clock);
  await clock.advance(3_000);
  expect(probe.problems()).toEqual([]);
  await clock.advance(100);
  expect(probe.problems()).toEqual(["the log does not answer"]);
  answer.resolve(await log.range(TOPIC, 0));
  answer = Promise.withResolvers();
  await clock.settle();
  expect(probe.problems()).toEqual([]);
});

test("once closed it asks no more", async () => {
  let asked = 0;
  const counted: Pick<Log, "range"> = {
    range: (topic, partition) => {
      asked += 1;
      return log.range(topic, partition);
    },
  };
  const probe = probeLog(counted, TOPIC, clock);
  await clock.advance(2_500);
  probe.close();
  await clock.advance(10_000);
  expect(asked).toBe(3);
});
