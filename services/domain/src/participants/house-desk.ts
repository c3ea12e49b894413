import type { Side } from "../instrument/terms.ts";

/**
 * What participants may do in the book of their instrument. All act for one house account; at most one order of theirs
 * rests at a price and side. Prices in ticks, quantities in lots.
 */
export interface HouseDesk {
  /** Best price of a side, of whomever, or -1. */
  best(side: Side): number;
  /** What rests of the house at a price; 0 if nothing. */
  resting(side: Side, priceTicks: number): number;
  /** The largest quantity that the allotment pays for at a price, beside what rests. */
  affordable(side: Side, priceTicks: number): number;
  /** Smallest units of the quote that a lot costs at a price. */
  lotCost(priceTicks: number): bigint;
  /** Rests an order at the back of the queue; what crosses trades first. Nothing of the house rests there before. */
  quote(side: Side, priceTicks: number, quantityLots: number): void;
  /** Lowers the house's order at a price to less than what rests, but not to 0; it keeps its place. */
  lower(side: Side, priceTicks: number, quantityLots: number): void;
  /** Takes the house's order at a price away; none is fine. */
  withdraw(side: Side, priceTicks: number): void;
  /** Takes what the house has at prices worse than this away, the worst first; walks its own orders, however far they lie. */
  withdrawBeyond(side: Side, priceTicks: number): void;
  /** Takes every order of the house away. */
  withdrawAll(): void;
  /** Trades at a price or better at once, drops the rest. */
  take(side: Side, priceTicks: number, quantityLots: number): void;
}
