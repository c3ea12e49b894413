import type { Authenticator } from "@atlas/platform/access/caller";
import type { Chance } from "@atlas/platform/ports/chance";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { EventHistory } from "../follow/event-history.ts";
import type { OrderEvents } from "../follow/order-events.ts";
import type { OrderDesk } from "../order/order-desk.ts";
import type { UnreadRoom } from "../unread-room.ts";

/** What sessions share. */
export interface SessionContext {
  readonly desk: OrderDesk;
  readonly events: OrderEvents;
  readonly history: EventHistory;
  readonly credentials: Pick<Authenticator, "watch">;
  /** What may wait for the client of one session. */
  readonly room: UnreadRoom;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly journal: Journal;
  /** The session has ended. */
  readonly over: () => void;
}
