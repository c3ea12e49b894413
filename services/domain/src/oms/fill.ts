import { flatPosition, positionAfter } from "../account/position.ts";
import { baseMinor, notionalMinor } from "../instrument/instrument.ts";
import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import { feeOfFill } from "../ledger/fee.ts";
import { Posting } from "../ledger/posting.ts";
import { move, moveSigned } from "../ledger/postings.ts";
import type { Listing } from "../order/listing.ts";
import type { OpenOrder, OrderProgress } from "../order/open-order.ts";
import { nextStatus, type OrderStatus } from "../order/order-status.ts";
import { checkClearing } from "./conservation.ts";
import { makeEvent } from "./make-event.ts";
import { exposureOf, reservedIn } from "./move-order.ts";
import type { OmsInput, VenueReportInput } from "./oms-command.ts";
import type { OmsEvent, OrderFill } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** An order traded. `undefined`: the report does not continue the order as it stands. */
export function fillOrder(
  state: OmsState,
  input: OmsInput,
  report: VenueReportInput,
  order: OpenOrder,
): OmsEvent | undefined {
  const { lastQuantityLots: lots, lastPriceTicks: ticks, liquidity } = report;
  const cumulativeLots = order.cumulativeLots + lots;
  if (lots <= 0 || lots > order.leavesLots || report.cumulativeLots !== cumulativeLots) return undefined;
  const step = lots === order.leavesLots ? "FILL_ALL" : "FILL_PART";
  const status = nextStatus(order.status, step, true);
  if (status === undefined) return undefined;
  requireWithinLimit(order, ticks);
  const { accountId, instrumentId, side, makerRateE8, takerRateE8 } = order.terms;
  const listing = state.listing(instrumentId);
  const notional = notionalMinor(listing.instrument, ticks, lots);
  const base = baseMinor(listing.instrument, lots);
  const feeAccruedE16 = order.feeAccruedE16 + (liquidity === "MAKER" ? makerRateE8 : takerRateE8) * notional;
  const fee = feeOfFill(feeAccruedE16, order.feesMinor);
  const progress = progressAfter(order, listing, status, lots, notional, feeAccruedE16, fee);
  const postings = postingsOf(order, listing, notional, base, fee, progress.reservedMinor);
  const { venue } = state.routes.of(instrumentId);
  checkClearing(state, venue, report, postings);
  const position = state.account(accountId).position(instrumentId) ?? flatPosition(instrumentId);
  return makeEvent(state, input, {
    commandId: report.commandId,
    accountId,
    orderId: report.orderId,
    instrumentId,
    linkOut: undefined,
    postings,
    request: undefined,
    rateMark: 0,
    body: {
      kind: "ORDER_FILLED",
      progress,
      fill: fillOf(state, input, report, fee),
      position: positionAfter(position, side, base, notional, fee),
      replacement: undefined,
    },
  });
}

/** The fill that a report tells, under the id that its link and number give it: each shard's link from a venue counts for itself. */
export function fillOf(state: OmsState, input: OmsInput, report: VenueReportInput, feeMinor: bigint): OrderFill {
  const { link } = input;
  return {
    executionId:
      link === undefined ? `${state.name}:${state.sequence + 1}` : `${link.source}:${state.name}:${link.number}`,
    matchId: report.matchId,
    side: report.side ?? "BUY",
    priceTicks: report.lastPriceTicks,
    quantityLots: report.lastQuantityLots,
    liquidity: report.liquidity ?? "TAKER",
    feeMinor,
    occurredAt: report.occurredAt,
  };
}

/** Nobody trades beyond their limit (I8). */
function requireWithinLimit(order: OpenOrder, ticks: number): void {
  const limit = order.costliestPriceTicks;
  if (order.terms.side === "BUY" ? ticks <= limit : ticks >= limit) return;
  throw new BrokenInvariant(`order ${order.terms.orderId} traded at ${ticks}, beyond its limit of ${limit}`);
}

function progressAfter(
  order: OpenOrder,
  listing: Listing,
  status: OrderStatus,
  lots: number,
  notional: bigint,
  feeAccruedE16: bigint,
  fee: bigint,
): OrderProgress {
  const exposure = exposureOf(order);
  const leavesLots = order.leavesLots - lots;
  const feesMinor = order.feesMinor + fee;
  const reservedMinor = reservedIn(listing, status, {
    side: exposure.side,
    leavesLots,
    priceTicks: exposure.priceTicks,
    feeAccruedE16,
    feesMinor,
    worstRateE8: exposure.worstRateE8,
    replaceLeavesLots: order.hasReplace ? exposure.replaceLeavesLots - lots : -1,
    replacePriceTicks: exposure.replacePriceTicks,
  });
  return {
    side: exposure.side,
    status,
    version: order.version + 1,
    quantityLots: order.quantityLots,
    limitPriceTicks: order.limitPriceTicks,
    cumulativeLots: order.cumulativeLots + lots,
    leavesLots,
    canceledLots: order.canceledLots,
    costMinor: order.costMinor + notional,
    feeAccruedE16,
    feesMinor,
    reservedMinor,
  };
}

/** What is paid goes out of what was reserved, what is received comes in, the fee goes, and what is not needed any more is free. */
function postingsOf(
  order: OpenOrder,
  listing: Listing,
  notional: bigint,
  base: bigint,
  fee: bigint,
  reservedAfter: bigint,
): Posting[] {
  const { baseAsset, quoteAsset } = listing.instrument;
  const buys = order.terms.side === "BUY";
  const paid = buys ? notional : base;
  const given = buys ? quoteAsset : baseAsset;
  const postings: Posting[] = [
    new Posting(given, "RESERVED", "CLEARING", paid, "TRADE_PAID"),
    new Posting(buys ? baseAsset : quoteAsset, "CLEARING", "AVAILABLE", buys ? base : notional, "TRADE_RECEIVED"),
  ];
  moveSigned(postings, quoteAsset, buys ? "RESERVED" : "AVAILABLE", "FEES", fee, "FEE");
  const left = order.reservedMinor - paid - (buys ? fee : 0n) - reservedAfter;
  move(postings, given, "RESERVED", "AVAILABLE", left, "PRICE_IMPROVEMENT");
  return postings;
}
