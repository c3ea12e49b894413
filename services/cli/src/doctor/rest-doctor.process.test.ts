import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteLog } from "@atlas/adapters/sqlite/sqlite-log";
import { openSqliteStore } from "@atlas/adapters/sqlite/sqlite-store";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import { partitionOf } from "@atlas/domain/partition/partition";
import { IdentityEventCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import { IdentityEventSchema } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { StoredBalanceCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode, encode } from "@atlas/gen/codec/codec";
import type { Log } from "@atlas/platform/ports/log";
import type { Store, StoreItem } from "@atlas/platform/ports/store";
import { encodeFrame, openFrame } from "@atlas/platform/wire/codec/frame";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newFolder, removeFolder, startPlatformProcess } from "../testing/platform-process.ts";
import type { Finding } from "./findings.ts";
import { examineFolder } from "./rest-doctor.ts";

const folder = newFolder("doctor");
/** A shard without an event log. */
const VENUE = `venue/${partitionOf("BTC-USD", PARTITIONS.venue)}`;
/** The first objects of a partition's archive that grows by itself. */
const CHAIN = `market.data/${partitionOf("BTC-USD", PARTITIONS.venue)}`;
const FIRST = {
  records: `archive/records/${CHAIN}/0000000000000000.zst`,
  manifest: `archive/manifests/${CHAIN}/0000000000000000.pb`,
};
let copies = 0;

beforeAll(async () => {
  const platform = await startPlatformProcess({
    folder: join(folder, "whole"),
    environment: { ATLAS_ARCHIVE_SECONDS: "1" },
  });
  // the store shows what happened a quarter of a second later, the archive in seconds
  await sleep(1_000);
  const manifests = join(folder, "whole", "archive", "manifests", CHAIN);
  const isArchived = () => expect(readdirSync(manifests).length).toBeGreaterThan(1);
  await vi.waitFor(isArchived, { timeout: 60_000, interval: 100 });
  await platform.stop();
});
afterAll(() => removeFolder(folder));

/** A copy of the platform's folder that somebody has changed: what the doctor finds broken there. */
async function brokenBy(change: (log: Log, store: Store, copy: string) => Promise<unknown>): Promise<Finding[]> {
  const copy = join(folder, `copy-${++copies}`);
  cpSync(join(folder, "whole"), copy, { recursive: true });
  const log = await openSqliteLog(join(copy, "log"));
  const store = await openSqliteStore(join(copy, "store"));
  await change(log, store, copy);
  await Promise.all([log.close(), store.close()]);
  const findings = await examineFolder(copy, () => undefined);
  return findings.all().filter(({ holds }) => !holds);
}

/** Another body under the same key and version: the store's own checksum is right. */
async function putInPlace(store: Store, table: string, item: StoreItem, body: Uint8Array): Promise<void> {
  await store.remove(table, [item.key]);
  expect(await store.put(table, { ...item, body })).toBe(true);
}

async function chunkOf(store: Store, shard: string, slab: string): Promise<StoreItem> {
  const from = `${shard}/slab/${slab}`;
  const [chunk] = await store.query("atlas_shards", { partition: shard, from, to: `${from}~`, limit: 1 });
  if (chunk === undefined) throw new Error(`${shard} keeps no ${slab}`);
  return chunk;
}

test("nothing is wrong with a folder that nobody has changed", async () => {
  expect(await brokenBy(() => Promise.resolve())).toEqual([]);
});

test("I21: an image's chunk that says something else, with a right checksum", async () => {
  const broken = await brokenBy(async (_, store) => {
    const chunk = await chunkOf(store, "control/0", "instruments");
    const text = Buffer.from(chunk.body).toString("latin1");
    const other = Buffer.from(text.replace("0.0002", "0.0003"), "latin1");
    expect(other.equals(chunk.body)).toBe(false);
    await putInPlace(store, "atlas_shards", chunk, other);
  });
  expect(broken).toEqual([{ invariant: "I21", holds: false, text: "control/0 differs from its image and log" }]);
});

test.each(["oms/3", VENUE, "identity/0"])("I21: a chunk of %s that nobody can read", async (shard) => {
  const broken = await brokenBy(async (_, store) => {
    await putInPlace(store, "atlas_shards", await chunkOf(store, shard, ""), Uint8Array.of(0xff, 0xff));
  });
  expect(broken.map(({ invariant }) => invariant)).toEqual(["I21"]);
  expect(broken[0]?.text).toContain(`${shard} cannot be recovered from its image and log`);
});

test("I21: an item of the store that shows what the log does not hold", async () => {
  const broken = await brokenBy(async (_, store) => {
    const item = await store.get("atlas_balances", "demo/USD");
    if (item === undefined) throw new Error("demo has no dollars");
    const balance = decode(StoredBalanceCodec, item.body);
    const sequence = balance.sequence + 1_000n;
    const body = encode(StoredBalanceCodec, { ...balance, sequence });
    expect(await store.put("atlas_balances", { ...item, version: Number(sequence), body })).toBe(true);
  });
  expect(broken.map(({ invariant }) => invariant)).toEqual(["I21"]);
  expect(broken[0]?.text).toMatch(/^demo\/USD in the store shows event \d+ of oms\/\d+, whose log ends at \d+$/);
});

test("I10: an event on the log that is not what its input makes", async () => {
  const broken = await brokenBy(async (log) => {
    const digest = systemDigest();
    const last = (await log.read("identity.events", 0, 0, 1 << 24)).reduce((highest, { bytes }) => {
      const { header, count } = openFrame(bytes, digest);
      return Math.max(highest, Number(header.firstNumber) + count - 1);
    }, 0);
    const { offset } = await log.append("identity.commands", 0, Uint8Array.of(1, 2, 3));
    const forged = create(IdentityEventSchema, {
      ...{ eventId: `identity/0:${last + 1}`, shard: "identity/0", sequence: BigInt(last + 1) },
      cause: { offset: BigInt(offset), index: 0 },
      event: { case: "answered", value: {} },
    });
    const fields = { source: "identity/0", writer: "forger", firstNumber: BigInt(last + 1) };
    await log.append("identity.events", 0, encodeFrame(fields, [encode(IdentityEventCodec, forged)], digest));
  });
  const found = broken.find(({ invariant }) => invariant === "I10");
  expect(found?.text).toMatch(/^identity\/0: \d+ is decided otherwise than it stands on the log$/);
});

test("I23: an object of the archive with another byte", async () => {
  const broken = await brokenBy(async (_, __, copy) => {
    const path = join(copy, FIRST.records);
    chmodSync(path, 0o644);
    const content = readFileSync(path);
    writeFileSync(path, content.fill(content.readUInt8(content.length - 1) ^ 1, content.length - 1));
  });
  expect(broken.map(({ invariant }) => invariant)).toEqual(["I23"]);
  expect(broken[0]?.text).toContain("0000000000000000.zst: it was changed");
});

test("I22: an archive that begins behind its log", async () => {
  const broken = await brokenBy(async (_, __, copy) => {
    for (const name of Object.values(FIRST)) rmSync(join(copy, name));
  });
  expect(broken.map(({ invariant }) => invariant)).toContain("I22");
});
