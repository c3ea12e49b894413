import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { divide, isZero, multiply, parseTyped, roundTo, typedProblem } from "../decimal/decimal.ts";
import type { Best, TicketInput } from "./ticket-terms.ts";

/** A total as somebody typed it, and the price that its quantity was reckoned at. */
export interface TypedTotal {
  readonly text: string;
  /** `undefined`: there was none, so there is no quantity. */
  readonly price: string | undefined;
}

/** What a total is reckoned at: the limit, or for a market order the other side's best. */
export function totalPrice({ side, type, price }: Pick<TicketInput, "side" | "type" | "price">, best: Best) {
  const each = type === OrderType.MARKET ? (side === Side.BUY ? best.ask : best.bid) : parseTyped(price);
  return each === undefined || isZero(each) ? undefined : each;
}

/** The whole lots that a total comes to; empty: it comes to none. Fees are not in a total. */
export function quantityOfTotal({ text, price }: TypedTotal, lot: string): string {
  const total = parseTyped(text);
  if (total === undefined || price === undefined) return "";
  const quantity = roundTo(divide(total, price), lot, "down");
  return isZero(quantity) ? "" : quantity;
}

/** What a quantity comes to, exactly; empty: one of the two is not known. */
export function totalOf(quantity: string, price: string | undefined): string {
  const typed = parseTyped(quantity);
  return typed === undefined || price === undefined ? "" : multiply(typed, price);
}

/** Why there is no quantity of a total; empty: there is one, or nothing is typed, or it waits for a price. */
export function totalProblem({ text, price }: TypedTotal, lot: string, baseAsset: string): string {
  if (text.trim() === "") return "";
  if (parseTyped(text) === undefined) return typedProblem(text);
  const isNone = price !== undefined && quantityOfTotal({ text, price }, lot) === "";
  return isNone ? `Less than the smallest order, ${lot} ${baseAsset}.` : "";
}
