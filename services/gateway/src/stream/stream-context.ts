import type { Clock } from "@atlas/platform/ports/clock";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { EventHistory } from "../follow/event-history.ts";
import type { OrderEvents } from "../follow/order-events.ts";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import type { UnreadRoom } from "../unread-room.ts";
import type { AccountSnapshots } from "./account-snapshot.ts";
import type { MarketGroups } from "./market-groups.ts";
import type { NoticeBoard } from "./notice-board.ts";

/** What streams share. */
export interface StreamContext {
  readonly events: OrderEvents;
  readonly history: EventHistory;
  readonly snapshots: AccountSnapshots;
  readonly queries: AccountQueries;
  readonly markets: MarketGroups;
  readonly notices: NoticeBoard;
  /** Whether there is such an instrument. */
  readonly isDefined: (instrumentId: string) => boolean;
  /** What may wait for a reader of one stream. */
  readonly room: UnreadRoom;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Pick<GatewayMetrics, "streams" | "resynced">;
}
