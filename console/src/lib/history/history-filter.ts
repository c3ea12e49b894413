import { OrderStatus, type Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";

/** What of a history is wanted. */
export interface HistoryFilter {
  /** Empty: of all. */
  instrumentId: string;
  /** 0: both. */
  side: Side;
  status: keyof typeof STATUSES;
  /** Empty: of all. */
  asset: string;
  period: keyof typeof PERIODS;
}

/** Statuses as people ask for them. */
export const STATUSES = {
  any: [],
  open: [
    OrderStatus.PENDING_SUBMIT,
    OrderStatus.UNTRIGGERED,
    OrderStatus.LIVE,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.PENDING_CANCEL,
    OrderStatus.PENDING_REPLACE,
  ],
  filled: [OrderStatus.FILLED],
  cancelled: [OrderStatus.CANCELED],
  refused: [OrderStatus.REJECTED],
  expired: [OrderStatus.EXPIRED],
} as const satisfies Record<string, readonly OrderStatus[]>;

export const EVERYTHING: HistoryFilter = { instrumentId: "", side: 0, status: "any", asset: "", period: "ever" };

const HOUR = 3_600_000;

/** How far back, in milliseconds; 0: without an end. */
export const PERIODS = { ever: 0, hour: HOUR, day: 24 * HOUR, week: 168 * HOUR, month: 720 * HOUR } as const;

export function startOfPeriod(period: keyof typeof PERIODS, now: number): Timestamp | undefined {
  return period === "ever" ? undefined : timestampFromMs(now - PERIODS[period]);
}
