import { sleep } from "@atlas/platform/ports/clock";
import type { LogRecord } from "@atlas/platform/ports/log";
import { beforeEach, describe, expect, test } from "vitest";
import { FaultyWorld } from "./faulty-world.ts";
import { LOG, type SimulatedProcess } from "./simulated-process.ts";

let world: FaultyWorld;
let process: SimulatedProcess;
/** What came of what the process waited for, in order. */
let came: string[];

beforeEach(() => {
  world = new FaultyWorld();
  process = world.process("owner");
  came = [];
});

/** Everything that a process can wait for: the log, the store, the archive, time, and an answer of somebody else. */
const WAITS: readonly [name: string, wait: () => Promise<unknown>][] = [
  ["append", () => process.log.append("orders", 0, Uint8Array.of(1))],
  ["read", () => process.log.read("orders", 0, 0, 1_000)],
  ["get", () => process.store.get("orders", "a")],
  ["list", () => process.archive.list({ prefix: "", limit: 1 })],
  ["sleep", () => sleep(process.clock, 10)],
  ["soon", () => new Promise<void>((resolve) => process.clock.soon(resolve))],
  ["hear", () => process.hear(sleep(world.clock, 10))],
  ["refusal", () => process.hear(sleep(world.clock, 10).then(() => Promise.reject(new Error("refused"))))],
];

/** Code of the process that waits, and would tell of whatever comes of that. */
async function waits(name: string, wait: () => Promise<unknown>): Promise<void> {
  try {
    await wait();
    came.push(name);
  } catch {
    came.push(`${name} failed`);
  } finally {
    came.push(`${name} is over`);
  }
}

/** What is new on the log, as the process reads it. */
function follow(): void {
  const receive = (records: readonly LogRecord[]) => void came.push(`record ${records.map(({ offset }) => offset)}`);
  process.log.tail("orders", 0, 0, { receive, fail: () => came.push("the tail failed") });
}

function write(): Promise<unknown> {
  return world.log.append("orders", 0, Uint8Array.of(2));
}

/** A call from outside, as its caller hears of it. */
function call(name: string): void {
  const answer = async () => {
    came.push(`${name} is taken`);
    return name;
  };
  process.call(answer).then(
    () => came.push(`${name} is answered`),
    (error: Error) => came.push(error.message),
  );
}

describe("F4, F5: a killed process", () => {
  test.each(WAITS)("never hears what came of its %s, and no finally of it runs", async (name, wait) => {
    void waits(name, wait);
    process.kill();
    await world.clock.advance(1_000);
    expect(came).toEqual([]);
  });

  test.each(WAITS)("waits for ever for a %s that it asks for afterwards", async (name, wait) => {
    process.kill();
    void waits(name, wait);
    await world.clock.advance(1_000);
    expect(came).toEqual([]);
  });

  test.each([
    ["that is handed over", true, 2],
    ["that is not handed over", false, 1],
  ])("F14: dies at the call %s that it was to die at, and does not hear of it", async (_, isHandedOver, written) => {
    process.killAt(2, isHandedOver);
    void waits("first", () => process.log.append("orders", 0, Uint8Array.of(1))).then(() =>
      waits("second", () => process.log.append("orders", 0, Uint8Array.of(2))),
    );
    await world.clock.advance(1_000);
    expect(came).toEqual(["first", "first is over"]);
    expect(process.state).toBe("DEAD");
    expect((await world.log.range("orders", 0)).end).toBe(written);
  });

  test("reads nothing more of the log", async () => {
    follow();
    await write();
    await world.clock.advance(100);
    expect(came.splice(0)).toEqual(["record 0"]);
    process.kill();
    await write();
    await world.clock.advance(1_000);
    expect(came).toEqual([]);
  });

  test("breaks off what it was asked, and takes nothing more", async () => {
    process.call(() => sleep(process.clock, 10)).catch((error: Error) => came.push(error.message));
    await world.clock.advance(5);
    process.kill();
    call("late");
    await world.clock.advance(1_000);
    expect(came).toEqual(["owner-1 is gone", "owner-1 is gone"]);
  });

  test("does not come to life by going on", async () => {
    process.kill();
    process.resume();
    call("late");
    await world.clock.advance(1_000);
    expect(came).toEqual(["owner-1 is gone"]);
  });
});

describe("F10: a paused process", () => {
  test.each(WAITS)("hears what came of its %s when it goes on", async (name, wait) => {
    void waits(name, wait);
    process.pause();
    await world.clock.advance(1_000);
    expect(came).toEqual([]);
    process.resume();
    await world.clock.advance(0);
    expect(came).toEqual([name === "refusal" ? "refusal failed" : name, `${name} is over`]);
  });

  test("hears everything in the order in which it came", async () => {
    follow();
    await world.clock.advance(0);
    process.clock.after(30, () => came.push("30 ms"));
    process.clock.after(10, () => came.push("10 ms"));
    void process.hear(sleep(world.clock, 15)).then(() => came.push("an answer"));
    process.pause();
    call("first");
    await world.clock.advance(20);
    await write();
    await world.clock.advance(20);
    call("last");
    expect(came).toEqual([]);
    process.resume();
    // Within the same moment what came first is taken first, too, and answers follow.
    expect(came).toEqual(["first is taken", "10 ms", "record 0", "30 ms", "last is taken"]);
    await world.clock.advance(0);
    expect(came.slice(5)).toEqual(["an answer", "first is answered", "last is answered"]);
  });

  test("gives an answer that it had made before when it goes on", async () => {
    const answer = sleep(world.clock, 10);
    void process.call(() => answer).then(() => came.push("answered"));
    process.pause();
    await world.clock.advance(1_000);
    expect(came).toEqual([]);
    process.resume();
    await world.clock.advance(0);
    expect(came).toEqual(["answered"]);
  });

  test("holds what comes after it was paused again, behind what is held", async () => {
    process.pause();
    process.deliver(() => process.pause());
    call("first");
    process.resume();
    call("second");
    await world.clock.advance(0);
    expect(came).toEqual([]);
    process.resume();
    expect(came).toEqual(["first is taken", "second is taken"]);
  });

  test("F15: hears of what a way held back when the way is clear and it goes on, not before", async () => {
    world.network.clog(LOG, process.name);
    void waits("append", () => process.log.append("orders", 0, Uint8Array.of(1)));
    await world.clock.advance(10);
    process.pause();
    world.network.clear(LOG, process.name);
    await world.clock.advance(10);
    expect(came).toEqual([]);
    process.resume();
    await world.clock.advance(0);
    expect(came).toEqual(["append", "append is over"]);
  });

  test.each(WAITS)("F4, F5: hears nothing of its %s when it is killed meanwhile", async (name, wait) => {
    void waits(name, wait);
    process.pause();
    await world.clock.advance(100);
    process.kill();
    process.resume();
    await world.clock.advance(1_000);
    expect(came).toEqual([]);
  });

  test("F4, F5: takes no call that waited when it is killed, and its callers hear that at once", async () => {
    process.pause();
    call("first");
    await world.clock.advance(100);
    expect(came).toEqual([]);
    process.kill();
    await world.clock.advance(0);
    expect(came).toEqual(["owner-1 is gone"]);
  });

  test("F4, F5: takes nothing further once it is killed by the first that it takes", async () => {
    process.pause();
    process.deliver(() => process.kill());
    call("second");
    process.resume();
    await world.clock.advance(0);
    expect(came).toEqual(["owner-1 is gone"]);
  });
});
