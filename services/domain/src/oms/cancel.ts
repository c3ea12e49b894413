import type { OmsRefusal } from "../limits/refusal.ts";
import type { OpenOrder } from "../order/open-order.ts";
import { requireStatus } from "../order/order-status.ts";
import { checkRequest, REPEATED } from "./check-request.ts";
import { answer, linkTo, makeEvent, NO_POSTINGS, settle } from "./make-event.ts";
import { inStatus } from "./move-order.ts";
import type { CancelOrder, CommandHead, OmsInput } from "./oms-command.ts";
import type { OmsEvent, OrderMoved } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** A cancel goes to the venue; one that is on its way already leaves the order as it is. */
export function decideCancel(state: OmsState, input: OmsInput, command: CancelOrder): OmsEvent {
  const { head, orderId } = command;
  const first = checkRequest(state, input, head, false);
  if (first === REPEATED) return answer(state, input, head, orderId, undefined);
  if (first !== undefined) return answer(state, input, head, orderId, first);
  const order = openOrder(state, head, orderId);
  if ("reason" in order) return answer(state, input, head, orderId, order);
  const request = settle(state, head);
  if (order.status === "PENDING_CANCEL") return answer(state, input, head, orderId, undefined, request);
  const { instrumentId } = order.terms;
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId: head.accountId,
    orderId,
    instrumentId,
    linkOut: linkTo(state, state.routes.of(instrumentId).destination),
    postings: NO_POSTINGS,
    request,
    rateMark: 0,
    body: cancelRequested(order),
  });
}

/** The account's open order, or why there is none. */
export function openOrder(state: OmsState, head: CommandHead, orderId: string): OpenOrder | OmsRefusal {
  const { accountId } = head;
  if (!state.accounts.has(accountId)) return { reason: "UNKNOWN_ACCOUNT", accountId };
  const order = state.orders.get(orderId);
  return order === undefined || order.terms.accountId !== accountId ? { reason: "NOT_OPEN", orderId } : order;
}

export function cancelRequested(order: OpenOrder): OrderMoved {
  const status = requireStatus(order.status, "ASK_CANCEL", order.cumulativeLots > 0);
  return {
    kind: "CANCEL_REQUESTED",
    progress: inStatus(order, status),
    fill: undefined,
    position: undefined,
    replacement: undefined,
  };
}
