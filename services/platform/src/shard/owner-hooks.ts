import type { OutputState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { ReadRequest, ReadResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { EventsPlace } from "./output-positions.ts";

/** What a service adds to its shard's owner. */
export interface OwnerHooks<Event> {
  /** After events were decided and applied, before anybody hears of them. */
  decided(events: readonly Event[], encoded: readonly Uint8Array[]): void;
  /** Events through this place stand on the log. */
  acknowledged(place: EventsPlace): void;
  /** When the next input may be taken, if not at once: the projection is too far behind (S2: an owner's pace, never an outcome). */
  room?(): Promise<void> | undefined;
  /**
   * Through where the service's own projection has everything; asked before recovery, and by a standby again and again: what comes
   * once it has taken over changes nothing. Absent: it has none.
   */
  projected?(): Promise<EventsPlace>;
  /** The events behind that which stood on the log, in sequence; the shard's state holds them. Once, before any other. */
  recovered?(events: readonly Event[]): Promise<void>;
  /** Answers a read from the state as it is now. */
  answer(
    request: ReadRequest,
    outputs: readonly OutputState[],
    inputOffset: number,
  ): ReadResponse | Promise<ReadResponse>;
  /** The owner cannot go on: a broken invariant, a broken log. */
  failed(error: Error): void;
  /**
   * Nothing is decided any more: it was stopped, or it failed, and then the state may hold what no event told (I21). May be called
   * more than once.
   */
  ended?(): void;
}
