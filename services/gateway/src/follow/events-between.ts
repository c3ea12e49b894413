import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { ShardClient } from "@atlas/platform/shard/shard-client";

export interface EventRange {
  readonly accountId: string;
  /** Sequences: above `after`, up to and with `through`. */
  readonly after: number;
  readonly through: number;
  /** Clock's monotonic milliseconds. */
  readonly deadline: number;
}

/** An account's events that the owner still has at hand; `undefined` when it has them no more, or not in time. */
export function eventsBetween(client: ShardClient, clock: Clock, range: EventRange): Promise<OrderEvent[] | undefined> {
  if (range.after >= range.through) return Promise.resolve([]);
  if (clock.monotonic() >= range.deadline) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const events: OrderEvent[] = [];
    let following: { close(): void } | undefined;
    let over = false;
    function end(result: OrderEvent[] | undefined): void {
      if (over) return;
      over = true;
      cancel();
      following?.close();
      resolve(result);
    }
    const cancel = clock.after(Math.max(0, range.deadline - clock.monotonic()), () => end(undefined));
    following = client.follow(range.after, {
      receive(response) {
        if (response.events.case !== "orderEvents") return;
        for (const event of response.events.value.messages) {
          const sequence = Number(event.sequence);
          if (sequence <= range.through && event.accountId === range.accountId) events.push(event);
          if (sequence >= range.through) end(events);
        }
      },
      fail: () => end(undefined),
    });
    if (over) following.close();
  });
}
