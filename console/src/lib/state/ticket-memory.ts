import { OrderType, SelfTradePrevention, type TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { fieldsOf, KeptChoice } from "../form/kept-choice.ts";
import { allowedTimes, SELF_TRADES, type TicketInput, usualTime } from "./ticket-terms.ts";

/** What a ticket begins with: all but side, price and label, which are of their moment. */
export type TicketDefaults = Pick<TicketInput, "type" | "quantity" | "timeInForce" | "postOnly" | "selfTrade">;

/** What a person chose last for an instrument, in this browser: by user, for several may sit at it one after the other. */
export function ticketMemory(
  userId: string,
  instrumentId: string,
  shelf?: ConstructorParameters<typeof KeptChoice>[3],
): KeptChoice<TicketDefaults> {
  return new KeptChoice(`atlas.ticket.${userId}.${instrumentId}`, 1, readDefaults, shelf);
}

function readDefaults(kept: unknown): TicketDefaults {
  const { type: typed, quantity, timeInForce, postOnly, selfTrade } = fieldsOf(kept);
  const type = typed === OrderType.MARKET ? OrderType.MARKET : OrderType.LIMIT;
  return {
    type,
    quantity: typeof quantity === "string" ? quantity : "",
    timeInForce: allowedTimes(type).find((time: TimeInForce) => time === timeInForce) ?? usualTime(type),
    postOnly: postOnly === true,
    selfTrade: SELF_TRADES.find((one) => one === selfTrade) ?? SelfTradePrevention.CANCEL_NEWEST,
  };
}
