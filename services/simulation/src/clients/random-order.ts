import type { Dice } from "@atlas/assembly/simulated/dice";
import type { NewOrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderType, type SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AskedTerms } from "../model/client-model.ts";

export interface Market {
  readonly instrumentId: string;
  readonly lot: number;
  readonly decimals: number;
  readonly price: number;
  readonly priceDecimals: number;
}

/** The terms of an order as they are sent. */
export type NewOrder = Exclude<MessageInitShape<typeof NewOrderSchema>, { $typeName: string }> & AskedTerms;

export const MARKETS: readonly Market[] = [
  { instrumentId: "BTC-USD", lot: 0.0001, decimals: 4, price: 50_000, priceDecimals: 2 },
  { instrumentId: "ETH-USD", lot: 0.001, decimals: 3, price: 3_000, priceDecimals: 2 },
  { instrumentId: "ETH-BTC", lot: 0.001, decimals: 3, price: 0.06, priceDecimals: 4 },
];

const { GTC, DAY, IOC, FOK, GTD, AT_OPEN } = TimeInForce;
const RESTING_OR_NOT = [GTC, GTC, GTC, DAY, IOC, FOK];

/** What makes an order one that is refused: by its terms, by what is not supported, by the market, by limits, by funds. */
const ODD: readonly Partial<NewOrder>[] = [
  { instrumentId: "XRP-USD" },
  { quantity: "0" },
  { quantity: "0.00000001" },
  { quantity: "99" },
  { quantity: "2000" },
  { limitPrice: "0.00000001" },
  { limitPrice: "900000000" },
  { limitPrice: "" },
  { type: OrderType.MARKET, timeInForce: GTC },
  { type: OrderType.STOP, limitPrice: "", stopPrice: "2900" },
  { type: OrderType.STOP_LIMIT, stopPrice: "2900" },
  { type: OrderType.STOP_LIMIT, stopPrice: "0.000001" },
  { stopPrice: "2900" },
  { type: OrderType.TRAILING_STOP_LIMIT, trailing: { case: "trailingOffsetBasisPoints", value: 10 } },
  { timeInForce: GTD },
  { timeInForce: GTD, expireTime: { seconds: 4_000_000_000n } },
  { expireTime: { seconds: 4_000_000_000n } },
  { timeInForce: AT_OPEN },
  { postOnly: true, timeInForce: IOC },
  { displayQuantity: "0.1" },
  { displayQuantity: "0.00000001" },
  { minimumQuantity: "0.1" },
  { minimumQuantity: "0.00000001" },
  { hidden: true },
  { reduceOnly: true },
  { groupId: "one" },
  { peg: { reference: 1 } },
];

/** What a replace cannot ask for: no multiple of a lot or a tick, or more than there is. */
const ODD_QUANTITY = { quantity: "0.00000001", limitPrice: "" };
const ODD_PRICE = { quantity: "", limitPrice: "0.00000001" };
const TOO_MUCH = { quantity: "90", limitPrice: "" };

/** An order as any client might send it: near the market on either side, of any kind that a venue knows; a few are refused. */
export function randomOrder(roll: Dice): { terms: AskedTerms; order: NewOrder } {
  const usual = usualOrder(roll);
  const order = roll.onceIn(20) ? { ...usual, ...roll.pick(ODD) } : usual;
  const { instrumentId, quantity, limitPrice } = order;
  return { terms: { instrumentId, quantity, limitPrice }, order };
}

/** Often the same price for more or less, so that its place in the queue is at stake; now and then nothing that can be. */
export function randomReplacement(roll: Dice): { quantity: string; limitPrice: string } {
  const market = roll.pick(MARKETS);
  if (roll.onceIn(30)) return roll.pick([ODD_QUANTITY, ODD_PRICE, TOO_MUCH]);
  const quantity = roll.onceIn(3) ? "" : ((1 + roll(900)) * market.lot).toFixed(market.decimals);
  const price = market.price * (1 + (roll.onceIn(2) ? (roll(41) - 20) / 10_000 : (roll(5) - 2) / 500));
  return { quantity, limitPrice: roll.onceIn(2) ? "" : price.toFixed(market.priceDecimals) };
}

function usualOrder(roll: Dice): NewOrder {
  const market = roll.pick(MARKETS);
  const isMarket = roll.onceIn(8);
  // Most come at round prices, where queues are: who is served first shows only there.
  const offset = roll.onceIn(4) ? (roll(121) - 60) / 10_000 : (roll(7) - 3) / 500;
  return {
    instrumentId: market.instrumentId,
    quantity: ((1 + roll(900)) * market.lot).toFixed(market.decimals),
    limitPrice: isMarket ? "" : (market.price * (1 + offset)).toFixed(market.priceDecimals),
    side: roll.pick([Side.BUY, Side.SELL]),
    type: isMarket ? OrderType.MARKET : OrderType.LIMIT,
    timeInForce: isMarket ? IOC : roll.pick(RESTING_OR_NOT),
    postOnly: !isMarket && roll.onceIn(10),
    selfTradePrevention: roll(6) as SelfTradePrevention,
  };
}
