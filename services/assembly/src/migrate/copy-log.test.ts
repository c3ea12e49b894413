import { readFileSync } from "node:fs";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { type AppendAttempt, type AppendFault, type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Log } from "@atlas/platform/ports/log";
import { partitionsOf, topics } from "@atlas/platform/topic/topics";
import { openFrame } from "@atlas/platform/wire/codec/frame";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { describe, expect, test } from "vitest";
import { unpackLog } from "../testing/kept-log.ts";
import { copyLog } from "./copy-log.ts";
import { proveMove } from "./prove-move.ts";

const CORPUS = new URL("../replay/corpus/", import.meta.url);
const KEPT = JSON.parse(readFileSync(new URL("version-1.json", CORPUS), "utf8"));
const { partitions, tickInterval, shards: STATES } = KEPT;
const COMMANDS = topics.orderCommands.name;
const MARKET = topics.marketData.name;
const digest = systemDigest();

/** A second is a millisecond: what waits for a log that was away does not keep the tests waiting. */
const clock: Clock = { ...systemClock(), after: (time, action) => systemClock().after(time / 1_000, action) };

const keptLog = () => unpackLog(readFileSync(new URL("version-1.br", CORPUS)));
const emptyLog = (fault?: (attempt: AppendAttempt) => AppendFault | undefined) =>
  memoryLog({ clock, ...(fault === undefined ? {} : { fault }) });
const copy = (source: Log, target: Log) => copyLog({ source, target, clock, digest }, partitions, () => undefined);

async function proved(source: Log, target: Log) {
  const store = memoryStore({ clock });
  const ports = { clock, digest, warn: () => undefined };
  const terms = { partitions, tickInterval };
  const states: Record<string, [string, number]> = {};
  const differences: string[] = [];
  for await (const one of proveMove(ports, { log: source, store }, { log: target, store }, terms)) {
    states[one.shard] = [one.stateHash, one.compared];
    differences.push(...one.differences.map((text) => `${one.shard}: ${text}`));
  }
  return { states, differences };
}

async function untroubled(source: Log): Promise<Log> {
  const target = emptyLog();
  await copy(source, target);
  return target;
}

/** By partition: a digest of all records. */
async function contents(log: Log): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name } of Object.values(topics)) {
    for (let partition = 0; partition < partitionsOf(name, partitions); partition++) {
      const records = await log.read(name, partition, 0, 1e9);
      const bytes = Buffer.concat(records.map((record) => record.bytes));
      found[`${name}/${partition}`] = `${records.length} ${Buffer.from(digest.sha256(bytes)).toString("hex")}`;
    }
  }
  return found;
}

async function inputs(log: Log, partition = 0) {
  return log.read(COMMANDS, partition, 0, 1e9);
}

test("S1, S20, I10: every shard decides from a copied log what it decided from the first, years later", async () => {
  const source = await keptLog();
  const target = emptyLog();
  const copied = await copy(source, target);
  expect(await proved(source, target)).toEqual({ states: STATES, differences: [] });
  for (const { topic, partition, start, end } of copied)
    expect(await target.range(topic, partition)).toEqual({ start, end });
  const [first] = await inputs(source);
  const [there] = await inputs(target);
  const { original } = openFrame(there?.bytes ?? new Uint8Array(), digest).header;
  expect(there?.appendTime).toBeGreaterThan((first?.appendTime ?? 0) + 1);
  expect([original?.offset, millisecondsOf(original?.appendTime)]).toEqual([0n, first?.appendTime]);
});

test("S1: a copy of a copy says where the first stood", async () => {
  const source = await keptLog();
  const [first, second] = [emptyLog(), emptyLog()];
  await copy(source, first);
  await copy(first, second);
  expect((await inputs(second)).map(({ bytes }) => bytes)).toEqual((await inputs(first)).map(({ bytes }) => bytes));
});

describe("F1, F4, F12: a copy that is interrupted", () => {
  /** Each partition's first batches meet these, one after the other. */
  function troubled(...faults: AppendFault[]): MemoryLog {
    const tried = new Map<string, { readonly first: Uint8Array; times: number }>();
    return emptyLog(({ topic, partition, bytes }) => {
      const name = `${topic}/${partition}`;
      const known = tried.get(name) ?? { first: bytes, times: 0 };
      tried.set(name, known);
      if (Buffer.compare(known.first, bytes) === 0) known.times += 1;
      return faults[known.times - 1];
    });
  }

  test.each<[string, AppendFault[]]>([
    ["refused twice", [{ kind: "refused" }, { kind: "refused" }]],
    ["written, the answer lost", [{ kind: "answer-lost" }]],
    ["lost", [{ kind: "lost" }, { kind: "refused" }]],
    ["landed after its time-out", [{ kind: "lands-late", milliseconds: 1_000 }]],
  ])("goes on where it stands: %s", async (_, faults) => {
    const source = await keptLog();
    const target = troubled(...faults);
    await copy(source, target);
    expect(await contents(target)).toEqual(await contents(await untroubled(source)));
  });

  test("is done again from what stands", async () => {
    const source = await keptLog();
    const half = emptyLog(({ topic }) => (topic === topics.venueOrders.name ? { kind: "refused" } : undefined));
    await expect(copy(source, half)).rejects.toThrow("run it again to go on");
    const target = emptyLog();
    for (const { bytes } of await inputs(half)) await target.append(COMMANDS, 0, bytes);
    await copy(source, target);
    expect(await contents(target)).toEqual(await contents(await untroubled(source)));
  });

  test("F11 is no copy any more when a batch lands late behind itself", async () => {
    const source = await keptLog();
    await expect(copy(source, troubled({ kind: "doubled" }))).rejects.toThrow("somebody else writes there");
    const target = emptyLog();
    await copy(source, target);
    const all = await inputs(target);
    for (const { bytes } of all) await target.append(COMMANDS, 0, bytes);
    await expect(copy(source, target)).rejects.toThrow(
      `${COMMANDS}/0 has ${2 * all.length} records there, ${all.length} here`,
    );
  });
});

describe("what cannot be copied is refused by its name", () => {
  test("another platform stands there", async () => {
    const source = await keptLog();
    const target = emptyLog();
    const [first] = await inputs(source, 1);
    await target.append(COMMANDS, 0, first?.bytes ?? new Uint8Array());
    await expect(copy(source, target)).rejects.toThrow(`${COMMANDS}/0: what stands there at 0 is no copy`);
  });

  test("inputs that were trimmed", async () => {
    const source = await keptLog();
    await source.trim(COMMANDS, 0, 5);
    await expect(copy(source, emptyLog())).rejects.toThrow(`${COMMANDS}/0 begins at 5`);
  });
});

test("S28: a market that was trimmed stands there from the same offset on", async () => {
  const source = await keptLog();
  await source.trim(MARKET, 0, 20);
  const { start, end } = await source.range(MARKET, 0);
  expect(start).toBe(20);
  const target = emptyLog();
  await copy(source, target);
  expect(await target.range(MARKET, 0)).toEqual({ start, end });
  const { differences } = await proved(source, target);
  expect(differences).toEqual([]);
});
