import {
  type NewOrder,
  NewOrderSchema,
  OrderType,
  OrderTypeSchema,
  SelfTradePreventionSchema,
  SideSchema,
  TimeInForceSchema,
} from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { numberOf } from "../output/words.ts";
import type { CommonOptions } from "./verb.ts";

/** Terms of an order as options give them. */
export interface TermOptions extends CommonOptions {
  readonly account: string;
  readonly limit?: string;
  readonly stop?: string;
  readonly type?: string;
  readonly tif?: string;
  readonly postOnly?: boolean;
  readonly selfTrade?: string;
  readonly clientOrderId?: string;
}

/** Gives a command the arguments and options of an order's terms. */
export function withTerms(command: Command): Command {
  return command
    .argument("<side>", "buy or sell")
    .argument("<quantity>", "in base units, such as 0.01")
    .argument("<instrument>", "such as BTC-USD")
    .option("--account <id>", "the account", "demo")
    .option("--limit <price>", "limit price; without it a market order")
    .option("--tif <time>", "time in force: gtc, day, ioc or fok")
    .option("--post-only", "rejected rather than take liquidity")
    .option("--self-trade <mode>", "against own orders: cancel-newest, cancel-oldest, cancel-both, decrement, allow")
    .option("--client-order-id <text>", "a label of your own")
    .option("--type <type>", "limit or market, if the other options leave it open")
    .option("--stop <price>", "stop price, for types that have one");
}

/** The terms; words that are none are wrong usage, what the numbers may be the platform decides. */
export function termsOf(side: string, quantity: string, instrumentId: string, options: TermOptions): NewOrder {
  return create(NewOrderSchema, {
    clientOrderId: options.clientOrderId ?? "",
    instrumentId,
    side: numberOf(SideSchema, side, "side"),
    type: typeOf(options),
    timeInForce: options.tif === undefined ? 0 : numberOf(TimeInForceSchema, options.tif, "time in force"),
    quantity,
    limitPrice: options.limit ?? "",
    stopPrice: options.stop ?? "",
    postOnly: options.postOnly === true,
    selfTradePrevention:
      options.selfTrade === undefined ? 0 : numberOf(SelfTradePreventionSchema, options.selfTrade, "self-trade mode"),
  });
}

function typeOf(options: TermOptions): OrderType {
  if (options.type !== undefined) return numberOf(OrderTypeSchema, options.type, "type");
  return options.limit === undefined ? OrderType.MARKET : OrderType.LIMIT;
}
