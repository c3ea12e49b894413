import { NONE } from "../matching/book-code.ts";
import { sideCode } from "./place-order.ts";
import { openStatus, reportChange, reportRefusal } from "./report.ts";
import { forget, orderAt, settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { AmendOrder, PullOrder } from "./venue-input.ts";
import type { VenueOrder } from "./venue-order.ts";
import type { VenueReason } from "./venue-report.ts";
import type { VenueBook } from "./venue-state.ts";

/** Another total or price for an order at rest. Only a lower quantity at the same price keeps its place. */
export function amendOrder(turn: Turn, venueBook: VenueBook | undefined, input: AmendOrder): void {
  const handle = findOrder(venueBook, input);
  if (venueBook === undefined || handle === NONE) {
    reportRefusal(turn, venueBook, input, undefined, "REPLACE_REFUSED", "NOT_ON_BOOK");
    return;
  }
  const { book } = venueBook;
  const order = orderAt(venueBook, handle);
  const filled = book.filled(handle);
  const price = input.limitPriceTicks ?? book.price(handle);
  const done = filled + book.lowered(handle);
  const before = book.leaves(handle);
  const leaves = (input.quantityLots ?? done + before) - done;
  const refusal = whyNot(venueBook, order, price, leaves - before);
  if (leaves > 0 && refusal !== undefined) {
    const refused = { ...order, version: input.version };
    reportChange(turn, venueBook, refused, "REPLACE_REFUSED", openStatus(filled), before, filled, refusal);
    return;
  }
  order.version = input.version;
  if (leaves <= 0) {
    remove(venueBook, handle, order);
    reportChange(turn, venueBook, order, "CANCELED", "CANCELED", 0, filled, "AMENDED_BELOW_FILLED");
    return;
  }
  reportChange(turn, venueBook, order, "REPLACED", openStatus(filled), leaves, filled, undefined);
  if (price === book.price(handle) && leaves < before) {
    book.lower(handle, leaves);
    return;
  }
  const kept = book.requeue(handle, price, leaves, order.selfTrade);
  if (kept === NONE) forget(venueBook, handle, order, price);
  settle(turn, venueBook, order, leaves, filled, "UNFILLED_REST", false);
}

/** Takes an order at rest from the book. */
export function pullOrder(turn: Turn, venueBook: VenueBook | undefined, input: PullOrder): void {
  const handle = findOrder(venueBook, input);
  if (venueBook === undefined || handle === NONE) {
    reportRefusal(turn, venueBook, input, undefined, "CANCEL_REFUSED", "NOT_ON_BOOK");
    return;
  }
  const order = orderAt(venueBook, handle);
  order.version = input.version;
  const filled = venueBook.book.filled(handle);
  remove(venueBook, handle, order);
  reportChange(turn, venueBook, order, "CANCELED", "CANCELED", 0, filled, undefined);
}

/** Takes a client's order from the book and from the venue's records. */
export function remove(venueBook: VenueBook, handle: number, order: VenueOrder): void {
  const price = venueBook.book.price(handle);
  venueBook.book.cancel(handle);
  forget(venueBook, handle, order, price);
}

/** The order's handle, or -1 if it is not here or another account's. */
function findOrder(venueBook: VenueBook | undefined, input: AmendOrder | PullOrder): number {
  const handle = venueBook?.handleOf.get(input.orderId);
  if (venueBook === undefined || handle === undefined) return NONE;
  return orderAt(venueBook, handle).accountId === input.accountId ? handle : NONE;
}

function whyNot(venueBook: VenueBook, order: VenueOrder, price: number, more: number): VenueReason | undefined {
  const side = sideCode(order.side);
  if (order.postOnly && venueBook.book.wouldTake(side, price)) return "WOULD_TAKE";
  return venueBook.book.hasRoomFor(side, more) ? undefined : "BOOK_FULL";
}
