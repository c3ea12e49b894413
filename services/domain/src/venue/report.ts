import { baseMinor, notionalMinor } from "../instrument/instrument.ts";
import type { Liquidity, Side } from "../instrument/terms.ts";
import { partitionOf } from "../partition/partition.ts";
import { addTotal } from "./link-totals.ts";
import type { Turn } from "./turn.ts";
import type { VenueOrder } from "./venue-order.ts";
import type { VenueExecutionType, VenueOrderStatus, VenueReason } from "./venue-report.ts";
import type { VenueBook } from "./venue-state.ts";

/** What a refused command named. */
export interface RefusedCommand {
  readonly instrumentId: string;
  readonly orderId: string;
  readonly version: number;
  readonly accountId: string;
}

/** Reports a change of a client's order that is no trade; of the house nothing is told. */
export function reportChange(
  turn: Turn,
  venueBook: VenueBook,
  order: VenueOrder,
  executionType: VenueExecutionType,
  status: VenueOrderStatus,
  leavesLots: number,
  cumulativeLots: number,
  refusal: VenueReason | undefined,
): void {
  if (order.isHouse) return;
  push(turn, venueBook, order, executionType, status, 0, 0, leavesLots, cumulativeLots, undefined, "", refusal);
}

/** Reports one side of a match and counts what it moves. */
export function reportTrade(
  turn: Turn,
  venueBook: VenueBook,
  order: VenueOrder,
  priceTicks: number,
  quantityLots: number,
  leavesLots: number,
  cumulativeLots: number,
  liquidity: Liquidity,
  matchId: string,
): void {
  const { instrument, baseTotals, quoteTotals } = venueBook;
  const notional = notionalMinor(instrument, priceTicks, quantityLots);
  const base = baseMinor(instrument, quantityLots);
  const buys = order.side === "BUY";
  addTotal(quoteTotals, order.omsPartition, buys ? notional : -notional);
  addTotal(baseTotals, order.omsPartition, buys ? -base : base);
  const status = leavesLots === 0 ? "FILLED" : "PARTIALLY_FILLED";
  push(
    turn,
    venueBook,
    order,
    "TRADE",
    status,
    quantityLots,
    priceTicks,
    leavesLots,
    cumulativeLots,
    liquidity,
    matchId,
    undefined,
  );
}

/** Refuses a command about an order that is not, or will not be, on the book. */
export function reportRefusal(
  turn: Turn,
  venueBook: VenueBook | undefined,
  command: RefusedCommand,
  side: Side | undefined,
  executionType: "REJECTED" | "CANCEL_REFUSED" | "REPLACE_REFUSED",
  refusal: VenueReason,
): void {
  const omsPartition = partitionOf(command.accountId, turn.state.settings.omsPartitions);
  turn.reports.push({
    omsPartition,
    instrumentId: command.instrumentId,
    orderId: command.orderId,
    version: command.version,
    accountId: command.accountId,
    side,
    executionType,
    status: executionType === "REJECTED" ? "REJECTED" : undefined,
    lastQuantityLots: 0,
    lastPriceTicks: 0,
    leavesLots: 0,
    cumulativeLots: 0,
    liquidity: undefined,
    matchId: "",
    refusal,
    baseAsset: venueBook?.instrument.baseAsset ?? "",
    quoteAsset: venueBook?.instrument.quoteAsset ?? "",
    baseTotalMinor: venueBook?.baseTotals[omsPartition] ?? 0n,
    quoteTotalMinor: venueBook?.quoteTotals[omsPartition] ?? 0n,
    occurredAt: turn.time.logTime,
  });
}

/** An order at rest, or one that has just traded and will rest. */
export function openStatus(cumulativeLots: number): VenueOrderStatus {
  return cumulativeLots === 0 ? "LIVE" : "PARTIALLY_FILLED";
}

function push(
  turn: Turn,
  venueBook: VenueBook,
  order: VenueOrder,
  executionType: VenueExecutionType,
  status: VenueOrderStatus,
  lastQuantityLots: number,
  lastPriceTicks: number,
  leavesLots: number,
  cumulativeLots: number,
  liquidity: Liquidity | undefined,
  matchId: string,
  refusal: VenueReason | undefined,
): void {
  const { instrument } = venueBook;
  turn.reports.push({
    omsPartition: order.omsPartition,
    instrumentId: instrument.instrumentId,
    orderId: order.isHouse ? `${order.accountId}-${order.acceptance}` : order.orderId,
    version: order.version,
    accountId: order.accountId,
    side: order.side,
    executionType,
    status,
    lastQuantityLots,
    lastPriceTicks,
    leavesLots,
    cumulativeLots,
    liquidity,
    matchId,
    refusal,
    baseAsset: instrument.baseAsset,
    quoteAsset: instrument.quoteAsset,
    baseTotalMinor: venueBook.baseTotals[order.omsPartition] as bigint,
    quoteTotalMinor: venueBook.quoteTotals[order.omsPartition] as bigint,
    occurredAt: turn.time.logTime,
  });
}
