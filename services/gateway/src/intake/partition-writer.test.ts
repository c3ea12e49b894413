import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { type AppendFault, memoryLog } from "@atlas/platform/memory/memory-log";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import type { Trace } from "@atlas/platform/telemetry/trace";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { openFrame, readMessages } from "@atlas/platform/wire/codec/frame";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { type Outgoing, PartitionWriter } from "./partition-writer.ts";

const digest: Digest = {
  sha256: (content) => createHash("sha256").update(content).digest(),
  crc32: (content, seed) => crc32(content, seed),
};

class Item implements Outgoing<OrderCommand> {
  readonly message: OrderCommand;
  readonly weight: number;
  readonly giveUpAt: number;
  abandoned = false;
  mayStand = false;
  trace: Trace | undefined;
  fate = "";

  constructor(commandId: string, giveUpAt = 1_000_000, weight = 100) {
    this.message = create(OrderCommandSchema, { commandId });
    this.giveUpAt = giveUpAt;
    this.weight = weight;
  }

  dropped(): void {
    this.fate = "dropped";
  }
}

const scopes = new AsyncLocalStorage<Trace | undefined>();
const traces: Traces = {
  current: () => scopes.getStore(),
  during: (_traceparent, call) => call(),
  run: (trace, action) => scopes.run(trace, action),
};

/** Of a call by this name. */
function traceOf(traceId: string): Trace {
  return { traceId, spanId: "0", flags: "00" };
}

function rig(fault: (attempt: number) => AppendFault | undefined = () => undefined, frameWeight?: number) {
  const clock = manualClock();
  let attempts = 0;
  const log = memoryLog({ clock, fault: () => fault(attempts++) });
  /** The trace under which each attempt was made. */
  const attempted: (string | undefined)[] = [];
  const append: Log["append"] = (...record) => {
    attempted.push(traces.current()?.traceId);
    return log.append(...record);
  };
  const writer = new PartitionWriter<OrderCommand>({
    log: { ...log, append },
    ...{ clock, digest, journal: silentJournal, traces, topic: "orders.commands", partition: 3 },
    codec: OrderCommandCodec,
    ...{ source: "gtest", frameWeight },
  });
  /** Every frame as `number:ids`. */
  async function frames(): Promise<string[]> {
    const records = await log.read("orders.commands", 3, 0, 1 << 24);
    return records.map((record) => {
      const frame = openFrame(record.bytes, digest);
      const ids = readMessages(frame, OrderCommandCodec).map((message) => message.commandId);
      return `${frame.header.firstNumber}:${ids.join(" ")}`;
    });
  }
  return { clock, log, writer, frames, attempted, attempts: () => attempts };
}

describe("a gateway's link to a shard", () => {
  test("S16: what is handed over in one turn goes in one frame, what gathers in flight in the next", async () => {
    const { clock, writer, frames } = rig((attempt) =>
      attempt === 0 ? { kind: "answered-late", milliseconds: 5 } : undefined,
    );
    writer.push(new Item("a"));
    writer.push(new Item("b"));
    await clock.settle();
    writer.push(new Item("c"));
    await clock.settle();
    writer.push(new Item("d"));
    await clock.advance(10);
    expect(await frames()).toEqual(["1:a b", "3:c d"]);
  });

  test("S16: what is too much for one frame goes in several, in order; what is too much alone goes alone", async () => {
    const { clock, writer, frames } = rig(undefined, 250);
    for (const id of ["a", "b", "c"]) writer.push(new Item(id));
    writer.push(new Item("heavy", undefined, 400));
    writer.push(new Item("d"));
    await clock.advance(10);
    expect(await frames()).toEqual(["1:a b", "3:c", "4:heavy", "5:d"]);
  });

  test("S3: a frame of unknown result is sent again with the same bytes before anything else", async () => {
    const { clock, writer, log, frames } = rig((attempt) => (attempt < 3 ? { kind: "answer-lost" } : undefined));
    writer.push(new Item("a"));
    await clock.settle();
    writer.push(new Item("b"));
    await clock.advance(1_000);
    expect(await frames()).toEqual(["1:a", "1:a", "1:a", "1:a", "2:b"]);
    const [first, second] = await log.read("orders.commands", 3, 0, 1 << 20);
    expect(second?.bytes).toEqual(first?.bytes);
  });

  test("S3: the log away after an unknown result: still the same bytes", async () => {
    const { clock, writer, frames } = rig(
      (attempt) => ([{ kind: "lost" }, { kind: "refused" }, { kind: "refused" }] as const)[attempt],
    );
    const item = new Item("a", 15);
    writer.push(item);
    await clock.advance(1_000);
    expect(item.fate).toBe("");
    expect(item.mayStand).toBe(true);
    expect(await frames()).toEqual(["1:a"]);
  });

  test("S4: a frame that certainly was not written gets new numbers; what is not wanted any more leaves a hole", async () => {
    const { clock, writer, frames } = rig((attempt) => (attempt < 2 ? { kind: "refused" } : undefined));
    const [kept, gone, late] = [new Item("kept"), new Item("gone"), new Item("late", 5)];
    for (const item of [kept, gone, late]) writer.push(item);
    await clock.settle();
    gone.abandoned = true;
    await clock.advance(1_000);
    expect(await frames()).toEqual(["5:kept"]);
    expect([kept.fate, gone.fate, late.fate]).toEqual(["", "", "dropped"]);
    expect(late.mayStand).toBe(false);
  });

  test.each<[string, AppendFault]>([
    ["refuses it", { kind: "refused" }],
    ["answers nothing", { kind: "delayed", milliseconds: 20_000 }],
    ["leaves open what became of it", { kind: "lost" }],
  ])("F12: it tells for how long the log %s, while something waits", async (_, bad) => {
    let away = true;
    const { clock, writer } = rig(() => (away ? bad : undefined));
    await clock.advance(5_000);
    expect(writer.untakenFor).toBe(0);
    writer.push(new Item("a"));
    await clock.advance(4_000);
    writer.push(new Item("b"));
    await clock.advance(8_000);
    expect([writer.place, writer.untakenFor]).toEqual(["orders.commands/3", 12_000]);
    away = false;
    await clock.advance(10_000);
    expect(writer.untakenFor).toBe(0);
  });

  test("F12: what nobody waits for any more does not wait for the log", async () => {
    const { clock, writer } = rig(() => ({ kind: "refused" }));
    const item = new Item("a", 15_000);
    writer.push(item);
    await clock.advance(14_000);
    expect(writer.untakenFor).toBe(14_000);
    await clock.advance(2_000);
    expect([item.fate, writer.untakenFor]).toEqual(["dropped", 0]);
  });

  test("F12: an outage of a minute loses nothing that is still wanted, and nothing is written twice", async () => {
    const { clock, log, writer, frames } = rig();
    log.setDown(true);
    const items = Array.from({ length: 50 }, (_, index) => new Item(`c${index}`, index < 10 ? 30_000 : 90_000));
    for (const item of items) writer.push(item);
    await clock.advance(60_000);
    log.setDown(false);
    await clock.advance(2_000);
    const written = (await frames()).flatMap((frame) => frame.split(":")[1]?.split(" "));
    expect(written).toEqual(items.slice(10).map((item) => item.message.commandId));
    expect(items.filter((item) => item.fate === "dropped")).toEqual(items.slice(0, 10));
    expect(writer.queuedWeight).toBe(0);
  });

  test("a frame stays below what the log takes", async () => {
    const { clock, writer, frames } = rig();
    for (let index = 0; index < 5; index++) writer.push(new Item(`c${index}`, 1_000, 1_400_000));
    await clock.advance(100);
    expect(await frames()).toEqual(["1:c0 c1", "3:c2 c3", "5:c4"]);
  });

  test("a frame goes out under the trace of its first command's call, however often, and not under that of the frame before", async () => {
    const { clock, writer, frames, attempted } = rig((attempt) => (attempt < 1 ? { kind: "answer-lost" } : undefined));
    const call = (name: string) => scopes.run(traceOf(name), () => writer.push(new Item(name)));
    call("a");
    call("b");
    await clock.settle();
    call("c");
    call("d");
    await clock.advance(1_000);
    writer.push(new Item("of no call"));
    await clock.advance(1_000);
    expect(await frames()).toEqual(["1:a b", "1:a b", "3:c d", "5:of no call"]);
    expect(attempted).toEqual(["a", "a", "c", undefined]);
  });

  test("after a stop everything is dropped, and nothing is written", async () => {
    const { clock, writer, frames } = rig();
    const before = new Item("a");
    const after = new Item("b");
    writer.push(before);
    writer.stop();
    writer.push(after);
    await clock.advance(100);
    expect([before.fate, after.fate]).toEqual(["dropped", "dropped"]);
    expect(await frames()).toEqual([]);
  });
});
