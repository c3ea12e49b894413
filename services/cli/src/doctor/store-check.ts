import {
  StoredBalanceCodec,
  StoredHistoryCodec,
  StoredOrderCodec,
  StoredRequestCodec,
  StorePositionCodec,
} from "@atlas/gen/atlas/log/v1/order_store_codec";
import { ImageManifestCodec, ShardOutputsCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { decode } from "@atlas/gen/codec/codec";
import { type Store, StoreDamaged, type StoreItem } from "@atlas/platform/ports/store";
import { BALANCES_TABLE, HISTORY_TABLE, ORDERS_TABLE, REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { Rule } from "./findings.ts";
import type { ShardReading } from "./order-log-check.ts";

const PAGE = 1_000;

type SequenceOf = (item: StoreItem) => bigint;

/** What the store keeps of a shard itself, by the end of the item's key. */
const OF_SHARDS: readonly [string, SequenceOf][] = [
  ["manifest", ({ body }) => decode(ImageManifestCodec, body).sequence],
  ["outputs", ({ body }) => decode(ShardOutputsCodec, body).eventsThrough],
  ["store", ({ body }) => decode(StorePositionCodec, body).sequence],
  ["store-copy", ({ body }) => decode(StorePositionCodec, body).sequence],
];

/** What it keeps of accounts, by table. */
const OF_ACCOUNTS: readonly [string, SequenceOf][] = [
  [ORDERS_TABLE, ({ body }) => decode(StoredOrderCodec, body).sequence],
  [BALANCES_TABLE, ({ body }) => decode(StoredBalanceCodec, body).sequence],
  [HISTORY_TABLE, ({ body }) => decode(StoredHistoryCodec, body).events.at(-1)?.sequence ?? 0n],
  [REQUESTS_TABLE, ({ body }) => sequenceOfEvent(decode(StoredRequestCodec, body).eventId)],
];

/** Neither images nor store hold of an order shard what its log does not (I21), and nothing there is damaged (F14). */
export async function checkStore(store: Store, readings: readonly ShardReading[], rule: Rule): Promise<void> {
  for (const { partition, sequence, accounts } of readings) {
    const shard = shardName("oms", partition);
    const check = (item: StoreItem, sequenceOf: SequenceOf) => {
      rule.see();
      const shown = Number(sequenceOf(item));
      if (shown <= sequence) return;
      rule.broken(`${item.key} in the store shows event ${shown} of ${shard}, whose log ends at ${sequence}`);
    };
    for (const [name, sequenceOf] of OF_SHARDS) {
      await told(rule, async () => {
        const item = await store.get(SHARDS_TABLE, `${shard}/${name}`);
        if (item !== undefined) check(item, sequenceOf);
      });
    }
    for (const accountId of accounts) {
      for (const [table, sequenceOf] of OF_ACCOUNTS) {
        await told(rule, async () => {
          for await (const item of itemsOf(store, table, accountId)) check(item, sequenceOf);
        });
      }
    }
  }
}

/** What is not what was written cannot be looked at, nor what comes behind it in its partition. */
async function told(rule: Rule, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof StoreDamaged)) throw error;
    rule.broken(error.message);
  }
}

/** `oms/3:17` is that shard's 17th. */
function sequenceOfEvent(eventId: string): bigint {
  return BigInt(eventId.slice(eventId.lastIndexOf(":") + 1));
}

async function* itemsOf(store: Store, table: string, partition: string): AsyncGenerator<StoreItem> {
  for (let from = ""; ; ) {
    const items = await store.query(table, { partition, from, limit: PAGE });
    yield* items;
    if (items.length < PAGE) return;
    from = `${items.at(-1)?.sort} `;
  }
}
