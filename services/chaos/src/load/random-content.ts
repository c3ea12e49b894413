import type { Dice } from "@atlas/assembly/simulated/dice";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Content, NewOrder } from "./asked.ts";
import { OWN_INSTRUMENTS } from "./prepare.ts";

/** What its simulated participants trade, too. */
const WITH_PARTICIPANTS = "BTC-USD";
const { GTC, DAY, IOC, FOK } = TimeInForce;
const RESTING_OR_NOT = [GTC, GTC, GTC, DAY, IOC, FOK];
const { CANCEL_NEWEST, CANCEL_OLDEST, ALLOW, DECREMENT } = SelfTradePrevention;
const PREVENTIONS = [ALLOW, ALLOW, CANCEL_NEWEST, CANCEL_OLDEST, DECREMENT];

/** An order as a client might send it: most near each other's prices, so that they meet. */
export function randomOrder(roll: Dice): NewOrder {
  const side = roll.pick([Side.BUY, Side.SELL]);
  if (roll.onceIn(8)) {
    const quantity = `0.00${1 + roll(9)}`;
    return { instrumentId: WITH_PARTICIPANTS, side, type: OrderType.MARKET, timeInForce: IOC, quantity };
  }
  return {
    ...{ instrumentId: roll.pick(OWN_INSTRUMENTS).instrumentId, side, type: OrderType.LIMIT },
    timeInForce: roll.pick(RESTING_OR_NOT),
    // One in fifty asks for more than anybody has.
    quantity: roll.onceIn(50) ? "90000000" : `${1 + roll(50)}`,
    limitPrice: `${99 + roll(3)}.${roll(10)}`,
    selfTradePrevention: roll.pick(PREVENTIONS),
  };
}

/** A change of an order that stands. */
export function randomReplace(roll: Dice, orderId: string): Content {
  const quantity = roll.onceIn(3) ? "" : `${1 + roll(60)}`;
  const limitPrice = quantity !== "" && roll.onceIn(2) ? "" : `${99 + roll(3)}.${roll(10)}`;
  return { kind: "replace", orderId, quantity, limitPrice };
}
