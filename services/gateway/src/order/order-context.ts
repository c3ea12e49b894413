import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { BookTop } from "../stream/market-source.ts";
import type { OrderDesk } from "./order-desk.ts";

/** What the unary calls about orders need. */
export interface OrderContext {
  readonly desk: OrderDesk;
  readonly queries: AccountQueries;
  readonly quote: (instrumentId: string) => Quote | undefined;
  /** The best `depth` levels of the book as it is seen here. */
  readonly book: (instrumentId: string, depth: number) => BookTop | undefined;
  readonly instrument: (instrumentId: string) => Instrument | undefined;
}
