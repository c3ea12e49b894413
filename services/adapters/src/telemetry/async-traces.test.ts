import { setTimeout as sleep } from "node:timers/promises";
import type { Trace } from "@atlas/platform/telemetry/trace";
import { describe, expect, test } from "vitest";
import { systemChance } from "../system/system-chance.ts";
import { asyncTraces } from "./async-traces.ts";
import { pinoJournal } from "./pino-journal.ts";

const PARENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", flags: "01" };
const HEADER = `00-${PARENT.traceId}-${PARENT.spanId}-01`;

describe("the trace of a call", () => {
  const traces = asyncTraces(systemChance());

  test("goes on under a span of its own, and with whatever the call waits for", async () => {
    const heard = await traces.during(HEADER, async () => {
      const first = traces.current();
      await sleep(1);
      return [first, await new Promise<Trace | undefined>((resolve) => setImmediate(() => resolve(traces.current())))];
    });
    expect(heard[0]).toEqual({ ...PARENT, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(heard[0]?.spanId).not.toBe(PARENT.spanId);
    expect(heard[1]).toBe(heard[0]);
    expect(traces.current()).toBeUndefined();
  });

  test("begins where none is named: not sampled, another for each call", async () => {
    const begin = () => traces.during(undefined, async () => traces.current());
    const [one, other] = await Promise.all([begin(), begin()]);
    expect(one).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      flags: "00",
    });
    expect(other?.traceId).not.toBe(one?.traceId);
  });

  test("is not that of a loop that happened to begin within the call and goes on behind it", async () => {
    const heard: (Trace | undefined)[] = [];
    let turns = 0;
    const begun = await traces.during(HEADER, async () => {
      const turn = () => {
        heard.push(traces.current());
        turns += 1;
        if (turns < 3) setImmediate(turn);
      };
      turn();
      return traces.current();
    });
    while (turns < 3) await sleep(1);
    expect(heard).toEqual([begun, undefined, undefined]);
  });

  test("ends with a call that fails, too", async () => {
    let later: Promise<Trace | undefined> | undefined;
    const call = traces.during(HEADER, async () => {
      later = sleep(5).then(() => traces.current());
      throw new Error("refused");
    });
    await expect(call).rejects.toThrow("refused");
    expect(await later).toBeUndefined();
  });

  test("is taken up again, or left, by who says so", async () => {
    await traces.during(HEADER, async () => {
      expect(traces.run(undefined, () => traces.current())).toBeUndefined();
      expect(traces.current()?.traceId).toBe(PARENT.traceId);
    });
    expect(traces.run(PARENT, () => traces.current())).toBe(PARENT);
  });

  test("is named by the lines of the call, and by no others", async () => {
    const written: Record<string, unknown>[] = [];
    const journal = pinoJournal("warn", { write: (line) => void written.push(JSON.parse(line)) }, traces);
    journal.warn("before", {});
    await traces.during(HEADER, async () => journal.warn("within", { orderId: "03abc" }));
    expect(written.map(({ msg, traceId }) => [msg, traceId])).toEqual([
      ["before", undefined],
      ["within", PARENT.traceId],
    ]);
  });
});
