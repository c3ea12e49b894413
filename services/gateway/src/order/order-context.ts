import type { Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { OrderDesk } from "./order-desk.ts";

/** What the unary calls about orders need. */
export interface OrderContext {
  readonly desk: OrderDesk;
  readonly queries: AccountQueries;
  readonly quote: (instrumentId: string) => Quote | undefined;
}
