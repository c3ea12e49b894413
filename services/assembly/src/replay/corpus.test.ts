import { readdirSync, readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { ENGINE_VERSIONS } from "@atlas/domain/engine/engine-rules";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { describe, expect, test } from "vitest";
import { refuseMissingEngine } from "../active-engine.ts";
import { packLog, unpackLog } from "../testing/kept-log.ts";
import { replayPlatform } from "./replay-platform.ts";

/** What a kept log comes to. */
interface Kept {
  readonly partitions: PartitionCounts;
  readonly tickInterval: number;
  /** By shard: its state hash, and how many of its events, or market events, stand on the log. */
  readonly shards: Readonly<Record<string, readonly [stateHash: string, events: number]>>;
}

const FOLDER = new URL("corpus/", import.meta.url);
const NAMES = readdirSync(FOLDER).flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -".json".length)] : []));

async function replayed(packed: Uint8Array, { partitions, tickInterval }: Kept) {
  const clock = systemClock();
  const ports = { clock, log: await unpackLog(packed), store: memoryStore({ clock }), digest: systemDigest() };
  const shards: Record<string, [string, number]> = {};
  const wrong: string[] = [];
  for await (const one of replayPlatform({ ...ports, warn: () => undefined }, partitions, tickInterval)) {
    shards[one.shard] = [one.stateHash, one.compared];
    wrong.push(...one.differences.map((difference) => `${one.shard}: ${difference}`));
    if (one.problem !== undefined || one.recoveredHash !== one.stateHash) wrong.push(`${one.shard}: ${one.problem}`);
  }
  return { shards, wrong };
}

/** A version's log is kept for ever: none is ever changed, a new version adds its own by `packLog`. */
describe.each(NAMES)("S26, I10: the log of %s, decided by this version", (name) => {
  const kept = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")) as Kept;
  const packed = readFileSync(new URL(`${name}.br`, FOLDER));

  test("says every byte that it said then, and comes to the same states", async () => {
    const { shards, wrong } = await replayed(packed, kept);
    expect(wrong).toEqual([]);
    expect(shards).toEqual(kept.shards);
  });

  test("can be kept again, whole", async () => {
    const again = await packLog(await unpackLog(packed), kept.partitions);
    expect(brotliDecompressSync(again).equals(brotliDecompressSync(packed))).toBe(true);
  });
});

test("S26: a log is kept of each version, which goes through the activation of it", async () => {
  expect(NAMES).toEqual(ENGINE_VERSIONS.map((version) => `version-${version}`));
  for (const version of ENGINE_VERSIONS) {
    const packed = readFileSync(new URL(`version-${version}.br`, FOLDER));
    const { partitions } = JSON.parse(readFileSync(new URL(`version-${version}.json`, FOLDER), "utf8")) as Kept;
    const clock = systemClock();
    const stores = { log: await unpackLog(packed), store: memoryStore({ clock }) };
    const ports = { ...stores, clock, digest: systemDigest(), warn: () => undefined, writer: "test" };
    const before = ENGINE_VERSIONS.filter((one) => one < version);
    await refuseMissingEngine(ports, partitions, [...before, version]);
    await expect(refuseMissingEngine(ports, partitions, before)).rejects.toThrow(`engine version ${version} is active`);
  }
});
