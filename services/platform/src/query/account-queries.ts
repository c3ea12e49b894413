import type {
  GetAccountRequest,
  GetAccountResponse,
  GetLimitsRequest,
  GetLimitsResponse,
  ListAccountsRequest,
  ListAccountsResponse,
  ListBalancesRequest,
  ListBalancesResponse,
  ListPositionsRequest,
  ListPositionsResponse,
  ListPostingsRequest,
  ListPostingsResponse,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import type { Evidence } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import type {
  GetOrderRequest,
  GetOrderResponse,
  ListFillsRequest,
  ListFillsResponse,
  ListOrdersRequest,
  ListOrdersResponse,
  PreviewOrderRequest,
  PreviewOrderResponse,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { VisibleAccounts } from "./list-accounts.ts";

/** A request id that was used, and from where on its shard knows of it. */
export interface SettledRequest {
  readonly accountId: string;
  readonly requestId: string;
  readonly key: string;
  readonly notBefore: string;
}

/**
 * What gateways answer reads with: the owner of an account's shard first, then the store, their union by the higher version
 * (S22). Access has been checked. `deadline` is the clock's monotonic milliseconds. Rejects with a `RefusalError`:
 * UNKNOWN_ACCOUNT, UNKNOWN_ORDER, BAD_PAGE_TOKEN, NOT_READY, INVALID_FIELD for a `not_before` of another shard.
 */
export interface AccountQueries {
  order(request: GetOrderRequest, deadline: number): Promise<GetOrderResponse>;
  orders(request: ListOrdersRequest, deadline: number): Promise<ListOrdersResponse>;
  fills(request: ListFillsRequest, deadline: number): Promise<ListFillsResponse>;
  account(request: GetAccountRequest, deadline: number): Promise<GetAccountResponse>;
  /** Accounts by id, of those that are visible. */
  accounts(request: ListAccountsRequest, visible: VisibleAccounts, deadline: number): Promise<ListAccountsResponse>;
  balances(request: ListBalancesRequest, deadline: number): Promise<ListBalancesResponse>;
  postings(request: ListPostingsRequest, deadline: number): Promise<ListPostingsResponse>;
  positions(request: ListPositionsRequest, deadline: number): Promise<ListPositionsResponse>;
  limits(request: GetLimitsRequest, deadline: number): Promise<GetLimitsResponse>;
  /** `quote` is the market as the gateway sees it now. */
  preview(request: PreviewOrderRequest, quote: Quote | undefined, deadline: number): Promise<PreviewOrderResponse>;
  /** What the store knows of a request id (S18): its position first, then the item under `key`, made by whatever method. */
  evidence(accountId: string, key: string): Promise<Evidence>;
  /**
   * The event that settled a request whose id the store keeps under `key`: a deposit, withdrawal, change of limits or cancel of
   * many, stored or still in the owner's memory. `undefined`: none is found near.
   */
  settled(request: SettledRequest, deadline: number): Promise<OrderEvent | undefined>;
  /** The orders that a settled cancel of many asked to cancel, in the order of acceptance. */
  canceledBy(settled: OrderEvent, deadline: number): Promise<string[]>;
}
