import type { Dice } from "@atlas/assembly/simulated/dice";
import { OrderType, type SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import type { AskedTerms } from "../model/client-model.ts";

export interface Market {
  readonly instrumentId: string;
  readonly lot: number;
  readonly decimals: number;
  readonly price: number;
  readonly priceDecimals: number;
}

export const MARKETS: readonly Market[] = [
  { instrumentId: "BTC-USD", lot: 0.0001, decimals: 4, price: 50_000, priceDecimals: 2 },
  { instrumentId: "ETH-USD", lot: 0.001, decimals: 3, price: 3_000, priceDecimals: 2 },
  { instrumentId: "ETH-BTC", lot: 0.001, decimals: 3, price: 0.06, priceDecimals: 4 },
];

const { GTC, DAY, IOC, FOK } = TimeInForce;
const RESTING_OR_NOT = [GTC, GTC, GTC, DAY, IOC, FOK];

/** An order as any client might send it: near the market on either side, of any kind that a venue knows. */
export function randomOrder(roll: Dice) {
  const market = roll.pick(MARKETS);
  const isMarket = roll.onceIn(8);
  const offset = (roll(121) - 60) / 10_000;
  const terms: AskedTerms = {
    instrumentId: market.instrumentId,
    quantity: ((1 + roll(900)) * market.lot).toFixed(market.decimals),
    limitPrice: isMarket ? "" : (market.price * (1 + offset)).toFixed(market.priceDecimals),
  };
  const order = {
    ...terms,
    side: roll.pick([Side.BUY, Side.SELL]),
    type: isMarket ? OrderType.MARKET : OrderType.LIMIT,
    timeInForce: isMarket ? IOC : roll.pick(RESTING_OR_NOT),
    postOnly: !isMarket && roll.onceIn(10),
    selfTradePrevention: roll(6) as SelfTradePrevention,
  };
  return { terms, order };
}
