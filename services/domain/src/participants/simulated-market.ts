import type { Side } from "../instrument/terms.ts";
import { floorDivide } from "../money/divide.ts";
import { below, drawAt } from "./chance.ts";
import type { HouseDesk } from "./house-desk.ts";
import { nextReference, PARTS } from "./reference-price.ts";

/** Who trades in an instrument besides clients: a function of this, the book and the tick's number. */
export interface SimulatedMarket {
  /** 32 bits. */
  readonly seed: number;
  readonly meanParts: number;
  /** Between two quoted prices, in ticks: the ladder stands on multiples of it. */
  readonly spacingTicks: number;
  /** What the participants think a base is worth, in 1/65,536 tick. */
  reference: number;
  /** Bids stand on this multiple and below, asks above it. */
  center: number;
  /** Outermost multiples where the house may still have quotes: a client's order can lead it far away. */
  lowestBid: number;
  highestAsk: number;
}

/** Two basis points of the mean. */
const SPACING_SHARE = 5000;

/** A gap in the first so many prices of a side has them all filled up, and more, so that gaps are rare. */
const KEPT_LEVELS = 14;
const FILLED_LEVELS = 18;
const MOST_LEVELS = 26;

const QUOTE_UNIT = 100_000_000;
/** A quote is worth this much, in smallest units of the quote asset; below `THIN` it is made anew. */
const LEAST = 20_000 * QUOTE_UNIT;
const SPREAD_OF_WORTH = 70_000;
const THIN = BigInt(15_000 * QUOTE_UNIT);
/** With little allotment left a quote may be as small as this. */
const SMALLEST = BigInt(10_000 * QUOTE_UNIT);
/** What is traded a tick with orders of clients beyond the reference. */
const CROSSING_WORTH = 50_000 * QUOTE_UNIT;
/** Takers in a thousand ticks. */
const TAKERS = 250;
const SMALLEST_TAKER = 1000 * QUOTE_UNIT;

/** A market at its mean, without quotes. `referencePriceTicks` is 5,000 to 2^34. */
export function simulatedMarket(seed: number, referencePriceTicks: number): SimulatedMarket {
  const spacingTicks = Math.trunc(referencePriceTicks / SPACING_SHARE);
  const center = floorDivide(referencePriceTicks, spacingTicks);
  const meanParts = referencePriceTicks * PARTS;
  return {
    seed: seed >>> 0,
    meanParts,
    spacingTicks,
    reference: meanParts,
    center,
    lowestBid: center + 1,
    highestAsk: center,
  };
}

/**
 * One tick: the reference moves, takers trade, makers quote. Afterwards each side has at least twelve prices with
 * 10,000 to 100,000 in the quote each, as far as the allotment goes.
 */
export function actOnTick(market: SimulatedMarket, tick: number, desk: HouseDesk): void {
  market.reference = nextReference(market.reference, market.meanParts, market.seed, tick);
  moveCenter(market, desk);
  tradeWhatCrosses(market, "SELL", desk);
  tradeWhatCrosses(market, "BUY", desk);
  letTakerTrade(market, tick, desk);
  quoteSide(market, "SELL", desk);
  quoteSide(market, "BUY", desk);
}

/** Follows the reference once it is three quarters of the spacing away, so that it does not flutter between two. */
function moveCenter(market: SimulatedMarket, desk: HouseDesk): void {
  const { spacingTicks } = market;
  const reference = Math.trunc(market.reference / PARTS);
  const distance = Math.abs(2 * reference - (2 * market.center + 1) * spacingTicks);
  if (2 * distance <= 3 * spacingTicks) return;
  const center = floorDivide(reference, spacingTicks);
  for (let line = market.center + 1; line <= center; line++) desk.withdraw("SELL", line * spacingTicks);
  for (let line = market.center; line > center; line--) desk.withdraw("BUY", line * spacingTicks);
  market.center = center;
}

/** Orders of clients beyond the center are a bargain: the house takes them, a little each tick. */
function tradeWhatCrosses(market: SimulatedMarket, side: Side, desk: HouseDesk): void {
  const price = (side === "SELL" ? market.center + 1 : market.center) * market.spacingTicks;
  const best = desk.best(side === "SELL" ? "BUY" : "SELL");
  if (best < 0 || (side === "SELL" ? best < price : best > price)) return;
  take(desk, side, price, lotsWorth(desk, price, CROSSING_WORTH));
}

function letTakerTrade(market: SimulatedMarket, tick: number, desk: HouseDesk): void {
  if (below(drawAt(market.seed, tick, 1), 1000) >= TAKERS) return;
  const side: Side = below(drawAt(market.seed, tick, 2), 2) === 0 ? "BUY" : "SELL";
  const best = desk.best(side === "BUY" ? "SELL" : "BUY");
  if (best < 0) return;
  const reach = 2 * market.spacingTicks;
  const size = below(drawAt(market.seed, tick, 3), 64);
  const price = side === "BUY" ? best + reach : Math.max(1, best - reach);
  take(desk, side, price, lotsWorth(desk, price, SMALLEST_TAKER + size * size * 8 * QUOTE_UNIT));
}

function take(desk: HouseDesk, side: Side, priceTicks: number, quantityLots: number): void {
  const quantity = Math.min(Math.max(1, quantityLots), desk.affordable(side, priceTicks));
  if (quantity > 0) desk.take(side, priceTicks, quantity);
}

function quoteSide(market: SimulatedMarket, side: Side, desk: HouseDesk): void {
  const outwards = side === "SELL" ? 1 : -1;
  const start = firstLine(market, side, desk);
  if (hasGap(market, side, start, outwards, desk)) {
    for (let step = 0; step < FILLED_LEVELS; step++) quoteLine(market, side, start + step * outwards, desk);
    reach(market, side, start + (FILLED_LEVELS - 1) * outwards);
  }
  trim(market, side, start, outwards, desk);
}

/** Behind the center and behind what rests on the other side: makers do not take. */
function firstLine(market: SimulatedMarket, side: Side, desk: HouseDesk): number {
  const { center, spacingTicks } = market;
  if (side === "SELL") {
    const bid = desk.best("BUY");
    return bid < 0 ? center + 1 : Math.max(center + 1, floorDivide(bid, spacingTicks) + 1);
  }
  const ask = desk.best("SELL");
  return ask < 0 ? center : Math.min(center, floorDivide(ask - 1, spacingTicks));
}

function hasGap(market: SimulatedMarket, side: Side, start: number, outwards: 1 | -1, desk: HouseDesk): boolean {
  for (let step = 0; step < KEPT_LEVELS; step++) {
    const price = (start + step * outwards) * market.spacingTicks;
    if (BigInt(desk.resting(side, price)) * desk.lotCost(price) < THIN) return true;
  }
  return false;
}

/** A thin quote goes and comes back whole, at the back of its queue. */
function quoteLine(market: SimulatedMarket, side: Side, line: number, desk: HouseDesk): void {
  const price = line * market.spacingTicks;
  if (price <= 0) return;
  const cost = desk.lotCost(price);
  if (BigInt(desk.resting(side, price)) * cost >= THIN) return;
  desk.withdraw(side, price);
  const worth = LEAST + below(drawAt(market.seed, line, side === "BUY" ? 4 : 5), SPREAD_OF_WORTH) * QUOTE_UNIT;
  const quantity = Math.min(lotsWorth(desk, price, worth), desk.affordable(side, price));
  if (BigInt(quantity) * cost >= SMALLEST) desk.quote(side, price, quantity);
}

function reach(market: SimulatedMarket, side: Side, line: number): void {
  if (side === "SELL") market.highestAsk = Math.max(market.highestAsk, line);
  else market.lowestBid = Math.min(market.lowestBid, line);
}

function trim(market: SimulatedMarket, side: Side, start: number, outwards: 1 | -1, desk: HouseDesk): void {
  const last = side === "SELL" ? market.highestAsk : market.lowestBid;
  if ((last - start) * outwards < MOST_LEVELS) return;
  const kept = start + (FILLED_LEVELS - 1) * outwards;
  desk.withdrawBeyond(side, kept * market.spacingTicks);
  if (side === "SELL") market.highestAsk = kept;
  else market.lowestBid = kept;
}

/** Whole lots for `worth` smallest units of the quote, rounded down. */
function lotsWorth(desk: HouseDesk, priceTicks: number, worth: number): number {
  return Number(BigInt(worth) / desk.lotCost(priceTicks));
}
