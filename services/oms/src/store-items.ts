import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  StoredBalanceCodec,
  StoredOrderCodec,
  StoredRequestCodec,
  StorePositionCodec,
} from "@atlas/gen/atlas/log/v1/order_store_codec";
import { encode } from "@atlas/gen/codec/codec";
import { Writer } from "@atlas/gen/codec/writer";
import type { Digest } from "@atlas/platform/ports/digest";
import type { StorePut } from "@atlas/platform/ports/store";
import {
  BALANCES_TABLE,
  balanceKey,
  HISTORY_ITEM_BYTES,
  HISTORY_ITEM_EVENTS,
  HISTORY_TABLE,
  historyKey,
  ORDERS_TABLE,
  REQUESTS_TABLE,
  sortable,
  storePositionCopyKey,
  storePositionKey,
} from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { orderIdOf } from "@atlas/platform/text/order-id";
import type { UnstoredEvent } from "./history.ts";
import type { OrderView } from "./order-views.ts";

export function orderItem({ order, acceptedSequence, contentDigest }: OrderView, sequence: number): StorePut {
  const body = encode(StoredOrderCodec, {
    $typeName: "atlas.log.v1.StoredOrder",
    order,
    acceptedSequence: BigInt(acceptedSequence),
    contentDigest,
    sequence: BigInt(sequence),
  });
  const { orderId: key, accountId: partition, version } = order;
  return {
    table: ORDERS_TABLE,
    item: { key, partition, sort: sortable(acceptedSequence), version: Number(version), body },
  };
}

/** `events` of a `StoredHistory`. */
const EVENTS_TAG = 0x0a;
const writer = new Writer();

/**
 * An account's events, up to 100 an item, or as many as it has bytes for: their bytes end to end, each behind its tag, as protobuf-es
 * would write them. Where an item ends the events alone say, so that of two owners' items with the same first event one holds the
 * other.
 */
export function historyItems(shard: string, accountId: string, events: readonly UnstoredEvent[]): StorePut[] {
  const items: StorePut[] = [];
  for (let start = 0, end = 0; start < events.length; start = end) {
    end = packEnd(events, start);
    const packed = events.slice(start, end);
    const first = (packed[0] as UnstoredEvent).sequence;
    writer.drop();
    for (let index = packed.length - 1; index >= 0; index--) {
      writer.copy(EVENTS_TAG, (packed[index] as UnstoredEvent).bytes);
    }
    const body = writer.take();
    items.push({
      table: HISTORY_TABLE,
      item: {
        key: historyKey(shard, accountId, first),
        partition: accountId,
        sort: sortable(first),
        version: (packed.at(-1) as UnstoredEvent).sequence,
        body,
      },
    });
  }
  return items;
}

/** Behind the last event that goes into an item with the one at `start`, which goes into it whatever it weighs. */
function packEnd(events: readonly UnstoredEvent[], start: number): number {
  let [end, left] = [start, HISTORY_ITEM_BYTES];
  while (end < events.length && end - start < HISTORY_ITEM_EVENTS) {
    left -= (events[end] as UnstoredEvent).bytes.length;
    if (left < 0 && end > start) break;
    end += 1;
  }
  return end;
}

export function balanceItem(accountId: string, balance: Balance, sequence: number): StorePut {
  const body = encode(StoredBalanceCodec, {
    $typeName: "atlas.log.v1.StoredBalance",
    accountId,
    balance,
    sequence: BigInt(sequence),
  });
  const key = balanceKey(accountId, balance.asset);
  return { table: BALANCES_TABLE, item: { key, partition: accountId, sort: balance.asset, version: sequence, body } };
}

/** What is made once for ever under its request id, besides orders: made again later, it would do more, or undo what came since. */
const ONCE: ReadonlySet<OrderEvent["event"]["case"]> = new Set(["fundsMoved", "limitsSet", "workAdvanced"]);

/** The record of a request id that such an event settles; `undefined`: it settles none. */
export function requestItem(event: OrderEvent, shard: number, digest: Digest): StorePut | undefined {
  if (!ONCE.has(event.event.case) || event.requestId === "") return undefined;
  const { accountId, requestId, contentDigest, eventId } = event;
  const body = encode(StoredRequestCodec, {
    $typeName: "atlas.log.v1.StoredRequest",
    accountId,
    requestId,
    contentDigest,
    eventId,
  });
  const key = orderIdOf(digest, shard, accountId, requestId);
  return {
    table: REQUESTS_TABLE,
    item: { key, partition: accountId, sort: key, version: Number(event.sequence), body },
  };
}

/** How far the store shows the shard. */
export function positionItem(shard: string, sequence: number, logTime: number, eventsOffset: number): StorePut {
  const body = encode(StorePositionCodec, {
    $typeName: "atlas.log.v1.StorePosition",
    sequence: BigInt(sequence),
    logTime: BigInt(logTime),
    eventsOffset: BigInt(eventsOffset),
  });
  return {
    table: SHARDS_TABLE,
    item: { key: storePositionKey(shard), partition: shard, sort: "store", version: sequence, body },
  };
}

/** The same under another key, for when that is damaged (F14). */
export function positionCopy({ table, item }: StorePut): StorePut {
  return { table, item: { ...item, key: storePositionCopyKey(item.partition), sort: "store-copy" } };
}
