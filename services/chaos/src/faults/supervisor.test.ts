import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { AtlasProcess } from "../cluster/atlas-process.ts";
import { Supervisor } from "./supervisor.ts";

interface Run {
  isOver: boolean;
}

/** As `EngineProcess`: it knows the run that was started last, and takes its time to come up. */
class Program {
  readonly runs: Run[] = [];

  get hasEnded(): boolean {
    return this.runs.at(-1)?.isOver ?? false;
  }

  get running(): number {
    return this.runs.filter(({ isOver }) => !isOver).length;
  }

  async start(): Promise<void> {
    await sleep(5);
    const run = { isOver: false };
    this.runs.push(run);
    await sleep(50);
    if (run.isOver) throw new Error("ended as it started");
  }

  async kill(): Promise<void> {
    const run = this.runs.at(-1);
    await sleep(1);
    if (run !== undefined) run.isOver = true;
  }
}

// A kill while the platform's own supervisor starts it leaves one process, not two at one port of which nobody knows one.
test.each([2, 20, 300])(
  "a process that ended by itself and is killed %i ms later is started by one alone",
  async (after) => {
    const program = new Program();
    const one = { name: "oms-1", log: "", process: program } as unknown as AtlasProcess;
    await program.start();
    const supervisor = new Supervisor([one], () => undefined);
    await program.kill();
    await expect.poll(() => supervisor.ended.length, { interval: 1 }).toBe(1);
    await sleep(after);
    await supervisor.killFor(one, 10);
    await expect.poll(() => program.running).toBe(1);
    await sleep(400);
    supervisor.stop();
    expect([program.running, supervisor.ended.length]).toEqual([1, 1]);
  },
);

test("what is in the way of a start is told once, however often it is tried, and again when it is something else", async () => {
  const reasons = ["the port is taken", "the port is taken", "the port is taken", "no memory", "the port is taken"];
  const process = {
    hasEnded: false,
    async kill() {
      this.hasEnded = true;
    },
    async start() {
      const reason = reasons.shift();
      if (reason !== undefined) throw new Error(reason);
      this.hasEnded = false;
    },
  };
  const one = { name: "oms-1", log: "", process } as unknown as AtlasProcess;
  const told: string[] = [];
  const supervisor = new Supervisor([one], (line) => told.push(line), 1);
  await supervisor.killFor(one, 0);
  supervisor.stop();
  const lines = ["the port is taken", "no memory", "the port is taken"];
  expect(told).toEqual(lines.map((reason) => `oms-1 did not come up: ${reason}`));
  expect(supervisor.failedStarts).toBe(5);
});
