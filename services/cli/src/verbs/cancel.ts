import { OrderSchema, SideSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { type CancelOrderResponseSchema, CancelOrdersResponseSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { Command } from "commander";
import { refused } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { orderText } from "../output/order-text.ts";
import { numberOf } from "../output/words.ts";
import { type MutationOptions, mutate, withRequest } from "./mutation.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface CancelOptions extends CommonOptions, MutationOptions {
  readonly account: string;
}

interface CancelAllOptions extends CancelOptions {
  readonly instrument?: string;
  readonly side?: string;
}

export function cancelVerb(io: Io): Command {
  const command = verb("cancel", "Cancels an open order.", ["cancel 0312ab", "cancel 0312ab --account desk-7"])
    .argument("<order>", "the order's id")
    .option("--account <id>", "the account", "demo");
  return withRequest(command).action((orderId: string, options: CancelOptions) =>
    withAtlas(io, options, async (context) => {
      const answer = await mutate<typeof CancelOrderResponseSchema>(context, options, (requestId) =>
        context.atlas.orders.cancelOrder({ requestId, accountId: options.account, orderId }),
      );
      const order = answer.order;
      if (order === undefined) throw refused("the answer holds no order");
      print(context, OrderSchema, [order], () => orderText(order));
    }),
  );
}

export function cancelAllVerb(io: Io): Command {
  const command = verb("cancel-all", "Cancels every open order of an account, or those of an instrument or side.", [
    "cancel-all",
    "cancel-all --instrument BTC-USD --side buy",
  ])
    .option("--account <id>", "the account", "demo")
    .option("--instrument <id>", "only of this instrument")
    .option("--side <side>", "only buy or sell");
  return withRequest(command).action((options: CancelAllOptions) =>
    withAtlas(io, options, async (context) => {
      const side = options.side === undefined ? 0 : numberOf(SideSchema, options.side, "side");
      const answer = await mutate<typeof CancelOrdersResponseSchema>(context, options, (requestId) =>
        context.atlas.orders.cancelOrders({
          requestId,
          accountId: options.account,
          instrumentId: options.instrument ?? "",
          side,
        }),
      );
      print(context, CancelOrdersResponseSchema, [answer], () =>
        answer.orderIds.length === 0 ? "nothing was open" : answer.orderIds.join("\n"),
      );
    }),
  );
}
