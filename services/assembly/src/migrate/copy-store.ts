import { type Clock, sleep } from "@atlas/platform/ports/clock";
import { type Store, type StoreItem, type StorePut, StoreUnavailable, WriteUnknown } from "@atlas/platform/ports/store";
import { HISTORY_TABLE } from "@atlas/platform/query/store-layout";
import { sameBytes } from "@atlas/platform/wire/codec/same-bytes";
import { MoveRefused } from "./move-refused.ts";

/** To where, and what tells how it goes. */
export interface StoreMove {
  readonly target: Store;
  readonly clock: Clock;
  readonly step: (text: string) => void;
}

const BATCH_ITEMS = 500;
const BATCH_BYTES = 4_000_000;
/** Items that are read back at a time. */
const ABREAST = 50;
const PAUSE = 1_000;
const TRIES = 60;
/** Behind an item's sort, and before every other that begins like it. */
const AFTER = "\u0001";

/**
 * Copies every item of a store, version and all, and reads each back; answers how many, by table. To write again what was written
 * is safe: a copy that was broken off is done once more. Rejects with `MoveRefused` when another item stands in one's place.
 */
export async function copyStore(
  { target, clock, step }: StoreMove,
  items: Iterable<StorePut>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const batch of batches(items)) {
    await patiently(clock, () => target.putAll(batch));
    for (let start = 0; start < batch.length; start += ABREAST) {
      const some = batch.slice(start, start + ABREAST);
      await patiently(clock, () => Promise.all(some.map((put) => readBack(target, put))));
    }
    for (const { table } of batch) counts.set(table, (counts.get(table) ?? 0) + 1);
    total += batch.length;
    step(`copied ${total} items of the store`);
  }
  return counts;
}

function* batches(items: Iterable<StorePut>): Generator<StorePut[]> {
  let batch: StorePut[] = [];
  let bytes = 0;
  for (const put of items) {
    if (batch.length > 0 && (batch.length === BATCH_ITEMS || bytes + put.item.body.length > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(put);
    bytes += put.item.body.length;
  }
  if (batch.length > 0) yield batch;
}

async function readBack(target: Store, { table, item }: StorePut): Promise<void> {
  const { partition, sort, key } = item;
  const found =
    table === HISTORY_TABLE
      ? (await target.query(table, { partition, from: sort, to: sort + AFTER, limit: 1 }))[0]
      : await target.get(table, key);
  if (found === undefined || !isSame(found, item)) {
    throw new MoveRefused(
      `${table}: what stands there as ${key} is not what stands here; remove the tables and begin again`,
    );
  }
}

function isSame(found: StoreItem, item: StoreItem): boolean {
  return found.key === item.key && found.version === item.version && sameBytes(found.body, item.body);
}

async function patiently<Answer>(clock: Clock, attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof WriteUnknown)) throw error;
      if (tries >= TRIES) throw new MoveRefused(`the target's store is away: ${error.message}; run it again to go on`);
      await sleep(clock, PAUSE);
    }
  }
}
