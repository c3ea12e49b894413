import type { BookTimeInForce, SelfTradePrevention, Side } from "../instrument/terms.ts";
import { SESSION_MILLISECONDS, sessionStartOf } from "../market/session-figures.ts";
import {
  ALLOW,
  ANY_BUY_PRICE,
  ANY_SELL_PRICE,
  BUY,
  CANCEL_BOTH,
  CANCEL_NEWEST,
  CANCEL_OLDEST,
  DECREMENT,
  IMMEDIATE,
  REST,
  type RemainderCode,
  SELL,
  type SelfTradeCode,
  type SideCode,
  WHOLE,
} from "../matching/book-code.ts";
import { partitionOf } from "../partition/partition.ts";
import { reportRefusal } from "./report.ts";
import { settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { PlaceOrder } from "./venue-input.ts";
import type { VenueOrder } from "./venue-order.ts";
import type { VenueReason } from "./venue-report.ts";
import type { VenueBook } from "./venue-state.ts";
import { ownerNumber } from "./venue-state.ts";

/** A new order: refused, traded, at rest, or several of these. */
export function placeOrder(turn: Turn, venueBook: VenueBook | undefined, input: PlaceOrder): void {
  const { validUntil, side } = input;
  const refusal =
    validUntil !== undefined && turn.time.appendTime > validUntil ? "COMMAND_EXPIRED" : whyNot(venueBook, input);
  if (refusal !== undefined || venueBook === undefined) {
    reportRefusal(turn, venueBook, input, side, "REJECTED", refusal ?? "UNKNOWN_INSTRUMENT");
    return;
  }
  const order = accept(turn, venueBook, input);
  const remainder = remainderOf(input);
  const { book } = venueBook;
  const code = sideCode(side);
  const owner = ownerNumber(venueBook, order.ownerId);
  book.place(code, worstPrice(input), input.quantityLots, remainder, order.selfTrade, owner);
  settle(turn, venueBook, order, input.quantityLots, 0, dropReason(venueBook, input, remainder), true);
}

export function sideCode(side: Side): SideCode {
  return side === "BUY" ? BUY : SELL;
}

function whyNot(venueBook: VenueBook | undefined, input: PlaceOrder): VenueReason | undefined {
  if (venueBook === undefined) return "UNKNOWN_INSTRUMENT";
  if (venueBook.handleOf.has(input.orderId)) return "DUPLICATE_ORDER";
  const side = sideCode(input.side);
  if (input.postOnly && venueBook.book.wouldTake(side, worstPrice(input))) return "WOULD_TAKE";
  return venueBook.book.hasRoomFor(side, input.quantityLots) ? undefined : "BOOK_FULL";
}

function accept(turn: Turn, venueBook: VenueBook, input: PlaceOrder): VenueOrder {
  const { accountId } = input;
  return {
    orderId: input.orderId,
    accountId,
    ownerId: input.ownerId ?? accountId,
    version: input.version,
    side: input.side,
    postOnly: input.postOnly,
    selfTrade: SELF_TRADE[input.selfTradePrevention],
    expiresAt: input.timeInForce === "DAY" ? sessionStartOf(turn.time.logTime) + SESSION_MILLISECONDS : 0,
    omsPartition: partitionOf(accountId, turn.state.settings.omsPartitions),
    acceptance: ++venueBook.acceptance,
    isHouse: false,
  };
}

/** The worst price that the order takes: its limit, its collar, or any. */
function worstPrice(input: PlaceOrder): number {
  const any = input.side === "BUY" ? ANY_BUY_PRICE : ANY_SELL_PRICE;
  if (input.type === "MARKET") return input.protectionPriceTicks ?? any;
  if (input.limitPriceTicks === undefined) throw new Error(`order ${input.orderId}: LIMIT without a price`);
  return input.limitPriceTicks;
}

function remainderOf(input: PlaceOrder): RemainderCode {
  const remainder = REMAINDER[input.timeInForce];
  return input.type === "MARKET" && remainder === REST ? IMMEDIATE : remainder;
}

/** Why the rest is dropped, if it is; asked after the book has matched. */
function dropReason(venueBook: VenueBook, input: PlaceOrder, remainder: RemainderCode): VenueReason {
  if (remainder === WHOLE) return "FOK_NOT_FILLED";
  const anybodyLeft = venueBook.book.levelCount(input.side === "BUY" ? SELL : BUY) > 0;
  return input.type === "MARKET" && anybodyLeft ? "COLLAR_REACHED" : "UNFILLED_REST";
}

const REMAINDER: Record<BookTimeInForce, RemainderCode> = { GTC: REST, DAY: REST, IOC: IMMEDIATE, FOK: WHOLE };

const SELF_TRADE: Record<SelfTradePrevention, SelfTradeCode> = {
  CANCEL_NEWEST,
  CANCEL_OLDEST,
  CANCEL_BOTH,
  DECREMENT,
  ALLOW,
};
