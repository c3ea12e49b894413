import type { Account } from "../account/account.ts";
import { nextRateMark } from "../account/rate.ts";
import { notionalMinor } from "../instrument/instrument.ts";
import { boundsOf, fundsRefusal, limitRefusal } from "../limits/assess.ts";
import { readPrice, readQuantity } from "../limits/read-number.ts";
import type { OmsRefusal } from "../limits/refusal.ts";
import type { Listing } from "../order/listing.ts";
import type { OpenOrder } from "../order/open-order.ts";
import { requireStatus } from "../order/order-status.ts";
import { openOrder } from "./cancel.ts";
import { checkRequest, REPEATED } from "./check-request.ts";
import { answer, linkTo, makeEvent, rateClockOf, settle } from "./make-event.ts";
import { adjustReserve, exposureOf, givenAsset, progressOf, reservedIn } from "./move-order.ts";
import type { OmsInput, ReplaceOrder } from "./oms-command.ts";
import type { OmsEvent, Replacement } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** A replace goes to the venue, with whatever it may cost reserved until the venue answers. */
export function decideReplace(state: OmsState, input: OmsInput, command: ReplaceOrder): OmsEvent {
  const { head, orderId } = command;
  const first = checkRequest(state, input, head, false);
  if (first === REPEATED) return answer(state, input, head, orderId, undefined);
  if (first !== undefined) return answer(state, input, head, orderId, first);
  const order = openOrder(state, head, orderId);
  if ("reason" in order) return answer(state, input, head, orderId, order);
  const { instrumentId } = order.terms;
  const listing = state.listing(instrumentId);
  const replacement = statusRefusal(order, command) ?? readReplacement(order, listing, command);
  if ("reason" in replacement) return answer(state, input, head, orderId, replacement);
  const account = state.account(head.accountId);
  const now = rateClockOf(state, input.appendTime);
  const { ordersPerSecond, orderBurst } = account.limits;
  const rateMark = nextRateMark(account.rateMark, now, ordersPerSecond, orderBurst);
  if (rateMark < 0) {
    const refusal = { reason: "RATE_LIMIT" as const, retryAfterMicroseconds: -rateMark, ordersPerSecond };
    return answer(state, input, head, orderId, refusal);
  }
  const reserved = reservedWith(order, listing, replacement);
  const refusal = costRefusal(account, order, listing, replacement, reserved);
  if (refusal !== undefined) return answer(state, input, head, orderId, refusal);
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId: head.accountId,
    orderId,
    instrumentId,
    linkOut: linkTo(state, state.routes.of(instrumentId).destination),
    postings: adjustReserve(givenAsset(listing, order), order.reservedMinor, reserved),
    request: settle(state, head),
    rateMark,
    body: {
      kind: "REPLACE_REQUESTED",
      progress: progressOf(order, {
        status: requireStatus(order.status, "ASK_REPLACE", order.cumulativeLots > 0),
        quantityLots: order.quantityLots,
        limitPriceTicks: order.limitPriceTicks,
        leavesLots: order.leavesLots,
        canceledLots: order.canceledLots,
        reservedMinor: reserved,
      }),
      fill: undefined,
      position: undefined,
      replacement,
    },
  });
}

function statusRefusal(order: OpenOrder, command: ReplaceOrder): OmsRefusal | undefined {
  const { status } = order;
  if (status === "PENDING_CANCEL") return { reason: "CANCEL_PENDING", status };
  if (order.hasReplace) return { reason: "REPLACE_PENDING", status };
  const { expectedVersion } = command;
  if (expectedVersion !== 0 && expectedVersion !== order.version) {
    return { reason: "STALE_VERSION", version: order.version };
  }
  return undefined;
}

/** The terms that are asked for; empty ones stay as they are. */
function readReplacement(order: OpenOrder, listing: Listing, command: ReplaceOrder): Replacement | OmsRefusal {
  const { instrument } = listing;
  const { quantity, limitPrice, stopPrice } = command;
  if (stopPrice !== "") return notUsed("stop_price", order);
  if (limitPrice !== "" && order.terms.type === "MARKET") return notUsed("limit_price", order);
  if (quantity === "" && limitPrice === "") return { reason: "NOTHING_TO_CHANGE" };
  const lots = quantity === "" ? order.quantityLots : readQuantity(instrument, quantity, "quantity");
  if (typeof lots !== "number") return lots;
  const ticks = limitPrice === "" ? order.limitPriceTicks : readPrice(instrument, limitPrice, "limit_price");
  if (typeof ticks !== "number") return ticks;
  const price = ticks > 0 ? ticks : order.terms.protectionPriceTicks;
  const bounds = lots > order.cumulativeLots ? boundsOf(listing, notionalMinor(instrument, price, lots)) : undefined;
  return bounds ?? { quantityLots: lots, limitPriceTicks: ticks };
}

function notUsed(field: string, order: OpenOrder): OmsRefusal {
  return { reason: "FIELD_NOT_USED", field, because: `${order.terms.type} orders have none` };
}

function reservedWith(order: OpenOrder, listing: Listing, replacement: Replacement): bigint {
  const price = replacement.limitPriceTicks > 0 ? replacement.limitPriceTicks : order.costliestPriceTicks;
  const leaves = replacement.quantityLots - order.cumulativeLots - order.canceledLots;
  return reservedIn(listing, order.status, {
    ...exposureOf(order),
    replaceLeavesLots: leaves,
    replacePriceTicks: price,
  });
}

/** Only what grows is held against limits and funds: nobody is kept from making an order smaller. */
function costRefusal(
  account: Account,
  order: OpenOrder,
  listing: Listing,
  { quantityLots, limitPriceTicks }: Replacement,
  reserved: bigint,
): OmsRefusal | undefined {
  const grows = quantityLots > order.quantityLots || limitPriceTicks > order.limitPriceTicks;
  if (grows) {
    const price = limitPriceTicks > 0 ? limitPriceTicks : order.terms.protectionPriceTicks;
    const notional = notionalMinor(listing.instrument, price, quantityLots);
    const refusal = limitRefusal(account, listing, quantityLots, notional);
    if (refusal !== undefined) return refusal;
  }
  const more = reserved - order.reservedMinor;
  return more > 0n ? fundsRefusal(account, givenAsset(listing, order), more, "quantity") : undefined;
}
