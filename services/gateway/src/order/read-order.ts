import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";

export interface OrderName {
  readonly accountId: string;
  readonly orderId: string;
  /** A cursor; empty: as it is now. */
  readonly notBefore: string;
}

/** The order, in the shard's memory or in the store; `undefined`: the account has none of that id. */
export async function readOrder(
  queries: AccountQueries,
  name: OrderName,
  deadline: number,
): Promise<Order | undefined> {
  try {
    const request = { $typeName: "atlas.order.v1.GetOrderRequest", ...name } as const;
    return (await queries.order(request, deadline)).order;
  } catch (error) {
    if (error instanceof RefusalError && isAbsence(error.refusal.reason)) return undefined;
    throw error;
  }
}

function isAbsence(reason: Reason): boolean {
  return reason === Reason.UNKNOWN_ORDER || reason === Reason.UNKNOWN_ACCOUNT;
}
