import { describe, expect, test } from "vitest";
import { describeLog } from "../contract-suite/log-suite.ts";
import { AppendUnknown, type LogRecord, LogUnavailable } from "../ports/log.ts";
import { manualClock } from "./manual-clock.ts";
import { type AppendFault, memoryLog } from "./memory-log.ts";

const clock = manualClock();

describeLog("memory", {
  async open() {
    const log = memoryLog({ clock, tailBytes: 50_000 });
    return { log, close: async () => log.close() };
  },
  pass: () => clock.advance(1),
});

describeLog("memory, with delays and lag", {
  async open() {
    let call = 0;
    const moving = setInterval(() => void clock.advance(1), 0);
    const log = memoryLog({
      clock,
      tailBytes: 50_000,
      fault: () => (call++ % 3 === 0 ? { kind: "answered-late", milliseconds: 2 } : undefined),
      lag: () => 1 + (call % 5),
    });
    return {
      log,
      close: async () => {
        clearInterval(moving);
        log.close();
      },
    };
  },
  pass: () => new Promise((resolve) => setTimeout(resolve, 1)),
});

describe("memory log faults", () => {
  const bytes = new Uint8Array([1]);
  const rows: { fault: AppendFault; rejects?: new () => Error; endAtOnce: number; endLater: number }[] = [
    { fault: { kind: "refused" }, rejects: LogUnavailable, endAtOnce: 0, endLater: 0 },
    { fault: { kind: "lost" }, rejects: AppendUnknown, endAtOnce: 0, endLater: 0 },
    { fault: { kind: "answer-lost" }, rejects: AppendUnknown, endAtOnce: 1, endLater: 1 },
    { fault: { kind: "lands-late", milliseconds: 5 }, rejects: AppendUnknown, endAtOnce: 0, endLater: 1 },
    { fault: { kind: "delayed", milliseconds: 5 }, endAtOnce: 0, endLater: 1 },
    { fault: { kind: "answered-late", milliseconds: 5 }, endAtOnce: 1, endLater: 1 },
    { fault: { kind: "doubled" }, endAtOnce: 2, endLater: 2 },
  ];

  test.each(rows)("$fault.kind", async ({ fault, rejects, endAtOnce, endLater }) => {
    const log = memoryLog({ clock, fault: () => fault });
    const outcome = log.append("t", 0, bytes).then(
      () => undefined,
      (error: Error) => error.constructor,
    );
    await clock.settle();
    expect((await log.range("t", 0)).end).toBe(endAtOnce);
    await clock.advance(5);
    expect((await log.range("t", 0)).end).toBe(endLater);
    expect(await outcome).toBe(rejects);
  });

  test("F12 an outage refuses everything; tails stand still and go on after it", async () => {
    const log = memoryLog({ clock });
    const tailed: LogRecord[] = [];
    log.tail("t", 0, 0, {
      receive: (records) => void tailed.push(...records),
      fail: (error) => expect(error).toBe(""),
    });
    await log.append("t", 0, bytes);
    log.setDown(true);
    await expect(log.append("t", 0, bytes)).rejects.toThrow(LogUnavailable);
    await expect(log.range("t", 0)).rejects.toThrow(LogUnavailable);
    log.setDown(false);
    await log.append("t", 0, bytes);
    await clock.settle();
    expect(tailed.map((record) => record.offset)).toEqual([0, 1]);
  });

  test("closed and opened again it holds what it held; its tails have ended", async () => {
    const log = memoryLog({ clock });
    const failures: Error[] = [];
    log.tail("t", 0, 0, { receive: () => {}, fail: (error) => void failures.push(error) });
    await log.append("t", 0, bytes);
    log.close();
    await expect(log.append("t", 0, bytes)).rejects.toThrow(LogUnavailable);
    log.reopen();
    expect(failures.length).toBe(1);
    expect((await log.append("t", 0, bytes)).offset).toBe(1);
  });
});
