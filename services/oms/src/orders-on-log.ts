import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { topics } from "@atlas/platform/topic/topics";
import { standingFrameOf } from "@atlas/platform/wire/codec/copied-frame";
import { readMessages } from "@atlas/platform/wire/codec/frame";
import { type OrderView, OrderViews } from "./order-views.ts";

interface Ports {
  readonly log: Log;
  readonly digest: Digest;
}

/** Bytes of a read: little enough for other shards to decide on meanwhile. */
const READ_BYTES = 262_144;

/**
 * Orders as all events of their shard tell them, read from the beginning of its log. One that the log does not begin is left out (S28).
 * `isOver`, asked behind every fetch: nobody waits for them any more.
 */
export async function ordersOnLog(
  { log, digest }: Ports,
  partition: number,
  orderIds: ReadonlySet<string>,
  isOver: () => boolean,
): Promise<OrderView[]> {
  const { name } = topics.orderEvents;
  const { start, end } = await log.range(name, partition);
  const views = new OrderViews();
  let last = 0;
  for (let offset = start; offset < end && !isOver(); ) {
    const records = await log.read(name, partition, offset, READ_BYTES);
    for (const record of records) {
      const frame = standingFrameOf(record, digest);
      for (const event of frame === undefined ? [] : readMessages(frame, OrderEventCodec)) {
        // Another owner's copy would begin the order anew (S15).
        if (Number(event.sequence) <= last) continue;
        last = Number(event.sequence);
        if (orderIds.has(event.orderId)) views.apply(event);
      }
    }
    offset += records.length;
  }
  return [...orderIds].flatMap((orderId) => views.get(orderId) ?? []);
}
