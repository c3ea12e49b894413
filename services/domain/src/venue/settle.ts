import { NONE } from "../matching/book-code.ts";
import {
  MAKER_CANCELED,
  MAKER_LOWERED,
  RESTED,
  TAKER_CANCELED,
  TAKER_DROPPED,
  TAKER_LOWERED,
  TRADED,
} from "../matching/book-events.ts";
import { changeResting, settleHouse } from "./house.ts";
import { publishTrade } from "./publish.ts";
import { openStatus, reportChange, reportTrade } from "./report.ts";
import type { Turn } from "./turn.ts";
import type { VenueOrder } from "./venue-order.ts";
import type { VenueReason } from "./venue-report.ts";
import type { VenueBook } from "./venue-state.ts";

/**
 * Turns what the book's last `place` or `requeue` did into reports, prints and the venue's own records.
 * `quantityLots` and `filledLots` are the arriving order's before it; `dropReason` is why its rest would be dropped;
 * `isNew`: an order at rest for the first time, without a trade, is reported NEW.
 */
export function settle(
  turn: Turn,
  venueBook: VenueBook,
  taker: VenueOrder,
  quantityLots: number,
  filledLots: number,
  dropReason: VenueReason,
  isNew: boolean,
): void {
  const { events } = venueBook.book;
  let leaves = quantityLots;
  let filled = filledLots;
  for (let index = 0; index < events.count; index++) {
    const handle = events.handle(index);
    const quantity = events.quantity(index);
    switch (events.kind(index)) {
      case TRADED:
        leaves -= quantity;
        filled += quantity;
        settleTrade(turn, venueBook, index, taker, leaves, filled);
        break;
      case MAKER_CANCELED:
      case MAKER_LOWERED:
        settleMaker(turn, venueBook, index);
        break;
      case TAKER_LOWERED:
        leaves -= quantity;
        reportChange(turn, venueBook, taker, "STATUS", openStatus(filled), leaves, filled, "SELF_TRADE_PREVENTED");
        break;
      case TAKER_CANCELED:
        reportChange(turn, venueBook, taker, "CANCELED", "CANCELED", 0, filled, "SELF_TRADE_PREVENTED");
        break;
      case TAKER_DROPPED:
        reportChange(turn, venueBook, taker, "CANCELED", "CANCELED", 0, filled, dropReason);
        break;
      case RESTED:
        rest(venueBook, handle, taker, events.price(index), quantity);
        if (isNew && filled === 0) reportChange(turn, venueBook, taker, "NEW", "LIVE", leaves, 0, undefined);
    }
  }
}

/** Forgets an order whose handle the book has freed. */
export function forget(venueBook: VenueBook, handle: number, order: VenueOrder, priceTicks: number): void {
  venueBook.orders[handle] = undefined;
  if (!order.isHouse) venueBook.handleOf.delete(order.orderId);
  else (order.side === "BUY" ? venueBook.house.bids : venueBook.house.asks).delete(priceTicks);
}

/** Records an order that the book has at rest. */
export function rest(
  venueBook: VenueBook,
  handle: number,
  order: VenueOrder,
  priceTicks: number,
  quantityLots: number,
): void {
  while (venueBook.orders.length < handle) venueBook.orders.push(undefined);
  venueBook.orders[handle] = order;
  if (order.expiresAt > 0) venueBook.earliestExpiry = Math.min(venueBook.earliestExpiry, order.expiresAt);
  if (!order.isHouse) {
    venueBook.handleOf.set(order.orderId, handle);
    return;
  }
  const { house, instrument } = venueBook;
  changeResting(house, instrument, order.side, priceTicks, quantityLots, 1n);
  (order.side === "BUY" ? house.bids : house.asks).set(priceTicks, handle);
}

/** The order behind a handle; one that is not there is a broken invariant. */
export function orderAt(venueBook: VenueBook, handle: number): VenueOrder {
  const order = handle === NONE ? undefined : venueBook.orders[handle];
  if (order === undefined) throw new Error(`${venueBook.instrument.instrumentId}: no order at handle ${handle}`);
  return order;
}

function settleTrade(
  turn: Turn,
  venueBook: VenueBook,
  index: number,
  taker: VenueOrder,
  takerLeaves: number,
  takerFilled: number,
): void {
  const { events } = venueBook.book;
  const { house, instrument } = venueBook;
  const handle = events.handle(index);
  const price = events.price(index);
  const quantity = events.quantity(index);
  const leaves = events.leaves(index);
  const maker = orderAt(venueBook, handle);
  const matchId = publishTrade(turn, venueBook, maker.side, price, quantity);
  if (maker.isHouse) changeResting(house, instrument, maker.side, price, quantity, -1n);
  if (!maker.isHouse || !taker.isHouse) {
    if (maker.isHouse) settleHouse(house, instrument, maker.side, price, quantity);
    if (taker.isHouse) settleHouse(house, instrument, taker.side, price, quantity);
    reportTrade(turn, venueBook, maker, price, quantity, leaves, events.filled(index), "MAKER", matchId);
    reportTrade(turn, venueBook, taker, price, quantity, takerLeaves, takerFilled, "TAKER", matchId);
  }
  if (leaves === 0) forget(venueBook, handle, maker, price);
}

/** Self-trade prevention changed an order at rest. */
function settleMaker(turn: Turn, venueBook: VenueBook, index: number): void {
  const { events } = venueBook.book;
  const handle = events.handle(index);
  const maker = orderAt(venueBook, handle);
  const filled = events.filled(index);
  if (events.kind(index) === MAKER_LOWERED) {
    const leaves = events.leaves(index);
    reportChange(turn, venueBook, maker, "STATUS", openStatus(filled), leaves, filled, "SELF_TRADE_PREVENTED");
    return;
  }
  reportChange(turn, venueBook, maker, "CANCELED", "CANCELED", 0, filled, "SELF_TRADE_PREVENTED");
  forget(venueBook, handle, maker, events.price(index));
}
