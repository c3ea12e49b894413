import type { Instrument } from "@atlas/domain/instrument/instrument";
import { printPrice, printQuantity } from "@atlas/domain/instrument/step";
import { printAmount } from "@atlas/domain/money/amount";
import type { VenueExecutionType, VenueOrderStatus, VenueReason, VenueReport } from "@atlas/domain/venue/venue-report";
import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Amount } from "@atlas/gen/atlas/money/v1/amount_pb";
import { ExecutionType, Liquidity, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { VenueReport as WireReport } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { timestampOf } from "../time.ts";
import { wireSide } from "./order-terms.ts";

const EXECUTION_TYPES: Record<VenueExecutionType, ExecutionType> = {
  NEW: ExecutionType.NEW,
  TRADE: ExecutionType.TRADE,
  CANCELED: ExecutionType.CANCELED,
  STATUS: ExecutionType.STATUS,
  REPLACED: ExecutionType.REPLACED,
  REJECTED: ExecutionType.REJECTED,
  EXPIRED: ExecutionType.EXPIRED,
  CANCEL_REFUSED: ExecutionType.CANCEL_REFUSED,
  REPLACE_REFUSED: ExecutionType.REPLACE_REFUSED,
};

const STATUSES: Record<VenueOrderStatus, OrderStatus> = {
  LIVE: OrderStatus.LIVE,
  PARTIALLY_FILLED: OrderStatus.PARTIALLY_FILLED,
  FILLED: OrderStatus.FILLED,
  CANCELED: OrderStatus.CANCELED,
  REJECTED: OrderStatus.REJECTED,
  EXPIRED: OrderStatus.EXPIRED,
};

const REASONS: Record<VenueReason, readonly [Reason, string]> = {
  COMMAND_EXPIRED: [Reason.COMMAND_EXPIRED, "the order reached the venue too late"],
  UNKNOWN_INSTRUMENT: [Reason.UNKNOWN_INSTRUMENT, "the venue has no such instrument"],
  DUPLICATE_ORDER: [Reason.CONFLICT, "an order with this id is on the book"],
  WOULD_TAKE: [Reason.WOULD_TAKE, "post-only, and it would have traded at once"],
  BOOK_FULL: [Reason.AMOUNT_OUT_OF_RANGE, "the side's open quantity would leave the range of quantities"],
  NOT_ON_BOOK: [Reason.NOT_ON_BOOK, "the order is no longer on the book"],
  UNFILLED_REST: [Reason.IMMEDIATE_REST, "nothing more to trade with at once"],
  FOK_NOT_FILLED: [Reason.NOT_FILLABLE, "it could not be filled in full at once"],
  COLLAR_REACHED: [Reason.COLLAR, "the rest of the market order lies beyond its collar"],
  SELF_TRADE_PREVENTED: [Reason.SELF_TRADE, "it met an order of the same owner"],
  AMENDED_BELOW_FILLED: [Reason.REPLACED_TO_FILLED, "the new quantity is filled already"],
  SESSION_ENDED: [Reason.SESSION_END, "the session ended"],
};

/**
 * A venue's report as it stands on the log. `instrument` is `undefined` where the venue knows none: such a report moves
 * nothing.
 */
export function wireVenueReport(report: VenueReport, instrument: Instrument | undefined): WireReport {
  const trade = report.executionType === "TRADE";
  const quantity = (lots: number) => (instrument === undefined ? "0" : printQuantity(instrument, lots));
  return {
    $typeName: "atlas.venue.v1.VenueReport",
    orderId: report.orderId,
    version: BigInt(report.version),
    accountId: report.accountId,
    instrumentId: report.instrumentId,
    side: report.side === undefined ? Side.UNSPECIFIED : wireSide(report.side),
    executionType: EXECUTION_TYPES[report.executionType],
    status: report.status === undefined ? OrderStatus.UNSPECIFIED : STATUSES[report.status],
    lastQuantity: trade ? quantity(report.lastQuantityLots) : "",
    lastPrice: trade && instrument !== undefined ? printPrice(instrument, report.lastPriceTicks) : "",
    leavesQuantity: quantity(report.leavesLots),
    cumulativeQuantity: quantity(report.cumulativeLots),
    liquidity: liquidityOf(report),
    matchId: report.matchId,
    refusal: report.refusal === undefined ? undefined : refusalOf(report.refusal, report.orderId),
    linkTotals: trade ? totalsOf(report) : [],
    occurredAt: timestampOf(report.occurredAt),
  };
}

function liquidityOf({ liquidity }: VenueReport): Liquidity {
  if (liquidity === undefined) return Liquidity.UNSPECIFIED;
  return liquidity === "MAKER" ? Liquidity.MAKER : Liquidity.TAKER;
}

function totalsOf(report: VenueReport): Amount[] {
  return [
    { $typeName: "atlas.money.v1.Amount", asset: report.baseAsset, amount: printAmount(report.baseTotalMinor) },
    { $typeName: "atlas.money.v1.Amount", asset: report.quoteAsset, amount: printAmount(report.quoteTotalMinor) },
  ];
}

function refusalOf(reason: VenueReason, orderId: string): Refusal {
  const [wire, message] = REASONS[reason];
  return {
    $typeName: "atlas.error.v1.Refusal",
    reason: wire,
    message,
    field: "",
    violations: [],
    facts: {},
    retryAfter: undefined,
    orderId,
  };
}
