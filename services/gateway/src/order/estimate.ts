import { baseMinor, notionalMinor } from "@atlas/domain/instrument/instrument";
import { parsePrice, parseQuantity, printPrice } from "@atlas/domain/instrument/step";
import { roundUpE16 } from "@atlas/domain/ledger/fee";
import { parseAmount, printAmount } from "@atlas/domain/money/amount";
import { averagePriceMinor } from "@atlas/domain/money/average-price";
import type { Listing } from "@atlas/domain/order/listing";
import type { Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { type NewOrder, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";

/** What an order would come to by what is visible of the book. */
export interface Estimate {
  /** Average of what it would take, or its limit if it takes nothing; empty: neither. */
  readonly averagePrice: string;
  /** Taker fees of what it would take, in the quote asset. */
  readonly fees: string;
}

/**
 * `levels`: the other side, best first; `worst`: the price in ticks that the order takes no level behind, its limit or a
 * MARKET order's collar. The order's terms have been found to be some.
 */
export function estimate(order: NewOrder, listing: Listing, levels: readonly Level[], worst: number): Estimate {
  const { instrument } = listing;
  const { lots, notional } = take(order, listing, levels, worst);
  return {
    averagePrice:
      lots > 0
        ? averageOf(listing, lots, notional)
        : order.type === OrderType.LIMIT
          ? printPrice(instrument, worst)
          : "",
    fees: printAmount(roundUpE16(listing.takerRateE8 * notional)),
  };
}

interface Taken {
  readonly lots: number;
  /** In smallest units of the quote. */
  readonly notional: bigint;
}

const NOTHING: Taken = { lots: 0, notional: 0n };

/** POST_ONLY takes nothing, FOK all or nothing. */
function take(order: NewOrder, { instrument }: Listing, levels: readonly Level[], worst: number): Taken {
  if (order.postOnly) return NOTHING;
  const wanted = stepsOf(parseQuantity(instrument, order.quantity));
  let { lots, notional } = NOTHING;
  for (const level of levels) {
    const price = stepsOf(parsePrice(instrument, level.price));
    if (lots === wanted || isBehind(order.side, price, worst)) break;
    const here = Math.min(wanted - lots, stepsOf(parseQuantity(instrument, level.quantity)));
    lots += here;
    notional += notionalMinor(instrument, price, here);
  }
  return order.timeInForce === TimeInForce.FOK && lots < wanted ? NOTHING : { lots, notional };
}

function isBehind(side: Side, price: number, worst: number): boolean {
  return side === Side.BUY ? price > worst : price < worst;
}

function averageOf({ instrument }: Listing, lots: number, notional: bigint): string {
  return printAmount(averagePriceMinor(notional, baseMinor(instrument, lots)));
}

/** The price that a notional of so much was reckoned at, in ticks. */
export function priceOfNotional(order: NewOrder, { instrument }: Listing, notional: string): number {
  const minor = parseAmount(notional);
  const lots = stepsOf(parseQuantity(instrument, order.quantity));
  return typeof minor === "bigint" && lots > 0 ? Number(minor / notionalMinor(instrument, 1, lots)) : 0;
}

/** 0: it is none, which the market does not tell and the shard has refused. */
function stepsOf(steps: ReturnType<typeof parsePrice>): number {
  return typeof steps === "number" ? steps : 0;
}
