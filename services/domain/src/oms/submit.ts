import type { Account } from "../account/account.ts";
import { Posting } from "../ledger/posting.ts";
import { type Assessment, assess } from "../limits/assess.ts";
import { keptOf } from "../limits/refusal.ts";
import type { Listing } from "../order/listing.ts";
import type { OrderProgress, OrderTerms } from "../order/open-order.ts";
import { checkRequest, REPEATED } from "./check-request.ts";
import { answer, linkTo, logTimeOf, makeEvent, momentOf, NO_POSTINGS, settle } from "./make-event.ts";
import type { OmsInput, SubmitOrder } from "./oms-command.ts";
import type { OmsEvent } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** A new order: accepted and on its way to the venue, kept as REJECTED, or refused without a trace but the answer. */
export function decideSubmit(state: OmsState, input: OmsInput, command: SubmitOrder): OmsEvent {
  const { head, order } = command;
  const { orderId, accountId } = head;
  const first = checkRequest(state, input, head, true);
  if (first === REPEATED) return answer(state, input, head, orderId, undefined);
  if (first !== undefined) return answer(state, input, head, "", first);
  if (orderId === "") return answer(state, input, head, "", { reason: "MISSING_FIELD", field: "order_id" });
  const account = state.accounts.get(accountId);
  if (account === undefined) return answer(state, input, head, "", { reason: "UNKNOWN_ACCOUNT", accountId });
  if (state.orders.has(orderId)) return answer(state, input, head, orderId, { reason: "REQUEST_ID_REUSED" });
  const { instrumentId } = order;
  const listing = state.listings.get(instrumentId);
  if (listing === undefined) return answer(state, input, head, "", { reason: "UNKNOWN_INSTRUMENT", instrumentId });
  const assessment = assess(order, account, listing, head.quote, momentOf(state, input.appendTime));
  const { refusal } = assessment;
  if (refusal === undefined) return accept(state, input, command, account, listing, assessment);
  if (keptOf(refusal) === "NOTHING") return answer(state, input, head, "", refusal);
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId,
    orderId,
    instrumentId,
    linkOut: undefined,
    postings: NO_POSTINGS,
    request: settle(state, head),
    rateMark: assessment.rateMark,
    body: { kind: "ORDER_DENIED", ownerId: account.ownerId, refusal },
  });
}

function accept(
  state: OmsState,
  input: OmsInput,
  { head, order }: SubmitOrder,
  account: Account,
  listing: Listing,
  assessment: Assessment,
): OmsEvent {
  const { instrumentId } = order;
  const { requiredAsset, requiredMinor, rateMark } = assessment;
  const terms: OrderTerms = {
    orderId: head.orderId,
    accountId: head.accountId,
    requestId: head.requestId,
    contentDigest: head.contentDigest,
    clientOrderId: order.clientOrderId,
    sessionId: head.sessionId,
    instrumentId,
    side: assessment.side,
    type: assessment.type,
    timeInForce: assessment.timeInForce,
    postOnly: order.postOnly,
    selfTradePrevention: assessment.selfTradePrevention,
    protectionPriceTicks: assessment.protectionPriceTicks,
    makerRateE8: listing.makerRateE8,
    takerRateE8: listing.takerRateE8,
    acceptedSequence: state.sequence + 1,
    createTime: logTimeOf(state, input),
  };
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId: head.accountId,
    orderId: head.orderId,
    instrumentId,
    linkOut: linkTo(state, state.routes.of(instrumentId).destination),
    postings: [new Posting(requiredAsset, "AVAILABLE", "RESERVED", requiredMinor, "RESERVE")],
    request: settle(state, head),
    rateMark,
    body: {
      kind: "ORDER_ACCEPTED",
      terms,
      progress: firstProgress(assessment),
      ownerId: account.ownerId,
      validUntil: head.validUntil,
    },
  });
}

function firstProgress(assessment: Assessment): OrderProgress {
  return {
    side: assessment.side,
    status: "PENDING_SUBMIT",
    version: 1,
    quantityLots: assessment.quantityLots,
    limitPriceTicks: assessment.limitPriceTicks,
    cumulativeLots: 0,
    leavesLots: assessment.quantityLots,
    canceledLots: 0,
    costMinor: 0n,
    feeAccruedE16: 0n,
    feesMinor: 0n,
    reservedMinor: assessment.requiredMinor,
  };
}
