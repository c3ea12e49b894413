import type { Side } from "../instrument/terms.ts";
import { ALLOW, BUY, IMMEDIATE, NONE, REST, type RemainderCode, SELL, type SideCode } from "../matching/book-code.ts";
import type { HouseDesk } from "../participants/house-desk.ts";
import { affordableLots, changeResting } from "./house.ts";
import { forget, orderAt, settle } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { VenueOrder } from "./venue-order.ts";
import { ownerNumber, type VenueBook } from "./venue-state.ts";

/** Owner of every house account: participants trade with one another. */
const HOUSE_OWNER = "house";

/** The participants' access to one book during one input. */
export function deskOf(turn: Turn, venueBook: VenueBook): HouseDesk {
  const { book, house, instrument } = venueBook;
  const handleAt = (side: Side, price: number): number => quotesOf(venueBook, side).get(price) ?? NONE;
  const withdrawHandle = (handle: number): void => {
    const order = orderAt(venueBook, handle);
    const price = book.price(handle);
    changeResting(house, instrument, order.side, price, book.cancel(handle), -1n);
    forget(venueBook, handle, order, price);
  };
  return {
    best: (side) => book.best(codeOf(side)),
    resting: (side, price) => {
      const handle = handleAt(side, price);
      return handle === NONE ? 0 : book.leaves(handle);
    },
    affordable: (side, price) => affordableLots(house, instrument, side, price),
    lotCost: (price) => BigInt(price) * instrument.notionalPerTickLot,
    quote: (side, price, quantity) => send(turn, venueBook, side, price, quantity, REST),
    take: (side, price, quantity) => send(turn, venueBook, side, price, quantity, IMMEDIATE),
    lower: (side, price, quantity) => {
      const handle = handleAt(side, price);
      changeResting(house, instrument, side, price, book.leaves(handle) - quantity, -1n);
      book.lower(handle, quantity);
    },
    withdraw: (side, price) => {
      const handle = handleAt(side, price);
      if (handle !== NONE) withdrawHandle(handle);
    },
    withdrawBeyond: (side, price) => {
      for (const beyond of pricesBeyond(venueBook, side, price)) withdrawHandle(handleAt(side, beyond));
    },
    withdrawAll: () => {
      for (const handle of houseHandles(venueBook)) withdrawHandle(handle);
    },
  };
}

/** Handles of the house's orders in the order of the book. */
export function houseHandles(venueBook: VenueBook): number[] {
  const { book } = venueBook;
  const handles: number[] = [];
  for (const side of [BUY, SELL] as const) {
    for (let rank = 0; rank < book.levelCount(side); rank++) {
      for (let handle = book.first(book.levelAt(side, rank)); handle !== NONE; handle = book.after(handle)) {
        if (orderAt(venueBook, handle).isHouse) handles.push(handle);
      }
    }
  }
  return handles;
}

/** An order of the house. */
export function houseOrder(venueBook: VenueBook, side: Side, acceptance: number): VenueOrder {
  const { accountId, omsPartition } = venueBook.house;
  return {
    orderId: "",
    accountId,
    ownerId: HOUSE_OWNER,
    version: 1,
    side,
    postOnly: false,
    selfTrade: ALLOW,
    expiresAt: 0,
    omsPartition,
    acceptance,
    isHouse: true,
  };
}

function send(
  turn: Turn,
  venueBook: VenueBook,
  side: Side,
  priceTicks: number,
  quantityLots: number,
  remainder: RemainderCode,
): void {
  const code = codeOf(side);
  if (!venueBook.book.hasRoomFor(code, quantityLots)) return;
  const order = houseOrder(venueBook, side, ++venueBook.acceptance);
  const owner = ownerNumber(venueBook, HOUSE_OWNER);
  venueBook.book.place(code, priceTicks, quantityLots, remainder, ALLOW, owner);
  settle(turn, venueBook, order, quantityLots, 0, "UNFILLED_REST", true);
}

function quotesOf(venueBook: VenueBook, side: Side): Map<number, number> {
  return side === "BUY" ? venueBook.house.bids : venueBook.house.asks;
}

/** Prices of the house's orders that are worse than one, the worst first. */
function pricesBeyond(venueBook: VenueBook, side: Side, priceTicks: number): number[] {
  // any order: sorted here
  const prices = [...quotesOf(venueBook, side).keys()];
  return side === "BUY"
    ? prices.filter((one) => one < priceTicks).sort((left, right) => left - right)
    : prices.filter((one) => one > priceTicks).sort((left, right) => right - left);
}

function codeOf(side: Side): SideCode {
  return side === "BUY" ? BUY : SELL;
}
