import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import {
  StoredBalanceCodec,
  StoredHistoryCodec,
  StoredOrderCodec,
  StoredRequestCodec,
  StorePositionCodec,
} from "@atlas/gen/atlas/log/v1/order_store_codec";
import { ImageManifestCodec, ShardOutputsCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { decode } from "@atlas/gen/codec/codec";
import type { StoreItem } from "@atlas/platform/ports/store";
import { openFrame } from "@atlas/platform/wire/codec/frame";
import type { Violations } from "../model/violations.ts";

/**
 * Whatever is in flight, images and store hold nothing that the log does not (I21): looked at as they are, the store first, the
 * log after it.
 */
export async function checkNothingAhead(
  platform: MemoryPlatform,
  violations: Violations,
  accounts: readonly string[],
): Promise<void> {
  const stored = await storedSequences(platform, accounts);
  for (const { shard, topic, partition } of eventLogs(platform)) {
    const end = await lastEvent(platform, topic, partition);
    if (end === undefined) return;
    for (const { what, sequence } of stored.filter((one) => one.shard === shard)) {
      violations.check("I21", sequence <= end, () => `${what} holds ${shard}:${sequence}, its log ends at ${end}`);
    }
  }
}

/** Where a shard's events stand. */
interface EventLog {
  readonly shard: string;
  readonly topic: string;
  readonly partition: number;
}

/** Of every shard that has one. */
function eventLogs({ partitions }: MemoryPlatform): EventLog[] {
  const ofOrders = Array.from({ length: partitions.oms }, (_, partition) => {
    return { shard: `oms/${partition}`, topic: "orders.events", partition };
  });
  return [
    ...ofOrders,
    { shard: "control/0", topic: "control.events", partition: 0 },
    { shard: "identity/0", topic: "identity.events", partition: 0 },
  ];
}

interface StoredSequence {
  readonly shard: string;
  readonly what: string;
  readonly sequence: number;
}

async function storedSequences(platform: MemoryPlatform, accounts: readonly string[]): Promise<StoredSequence[]> {
  const found: StoredSequence[] = [];
  for (const { shard, topic } of eventLogs(platform)) {
    for (const item of await query(platform, "atlas_shards", shard)) {
      const sequence = shardSequence(item, topic);
      if (sequence !== undefined) found.push({ shard, what: item.sort, sequence: Number(sequence) });
    }
  }
  for (const account of accounts) {
    let shard = "";
    for (const { body } of await query(platform, "atlas_history", account)) {
      const last = decode(StoredHistoryCodec, body).events.at(-1);
      if (last === undefined) continue;
      shard = last.shard;
      found.push({ shard, what: "history", sequence: Number(last.sequence) });
    }
    for (const { body } of await query(platform, "atlas_idempotency", account)) {
      const [of = "", sequence] = decode(StoredRequestCodec, body).eventId.split(":");
      found.push({ shard: of, what: "used request id", sequence: Number(sequence) });
    }
    for (const { body } of await query(platform, "atlas_orders", account)) {
      found.push({ shard, what: "order", sequence: Number(decode(StoredOrderCodec, body).sequence) });
    }
    for (const { body } of await query(platform, "atlas_balances", account)) {
      found.push({ shard, what: "balance", sequence: Number(decode(StoredBalanceCodec, body).sequence) });
    }
  }
  return found;
}

function shardSequence({ sort, body }: StoreItem, topic: string): bigint | undefined {
  if (sort === "manifest") return decode(ImageManifestCodec, body).sequence;
  if (sort === "outputs") {
    const { eventsThrough, positions } = decode(ShardOutputsCodec, body);
    const own = positions.find(({ destination }) => destination === topic)?.number ?? 0n;
    return own > eventsThrough ? own : eventsThrough;
  }
  return sort === "store" || sort === "store-copy" ? decode(StorePositionCodec, body).sequence : undefined;
}

function query({ world }: MemoryPlatform, table: string, partition: string): Promise<readonly StoreItem[]> {
  return world.look(() => world.store.query(table, { partition, limit: 1_000 }));
}

/** Sequence of the last event on the log; `undefined`: the log is away. */
async function lastEvent({ world }: MemoryPlatform, topic: string, partition: number): Promise<number | undefined> {
  const range = await settled(world, world.log.range(topic, partition));
  if (range === undefined) return undefined;
  if (range.end === 0) return 0;
  const records = await settled(world, world.log.read(topic, partition, 0, 1e9));
  let last = 0;
  for (const { bytes } of records ?? []) {
    const { header, count } = openFrame(bytes, world.digest);
    last = Math.max(last, Number(header.firstNumber) + count - 1);
  }
  return records === undefined ? undefined : last;
}

async function settled<T>({ clock }: MemoryPlatform["world"], asked: Promise<T>): Promise<T | undefined> {
  const answer = asked.catch(() => undefined);
  await clock.settle();
  return answer;
}
