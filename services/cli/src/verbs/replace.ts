import { OrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import type { ReplaceOrderResponseSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { Command } from "commander";
import { refused, usage } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { orderText } from "../output/order-text.ts";
import { type MutationOptions, mutate, withRequest } from "./mutation.ts";
import { wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface ReplaceOptions extends CommonOptions, MutationOptions {
  readonly account: string;
  readonly quantity?: string;
  readonly limit?: string;
  readonly expectedVersion: number;
}

export function replaceVerb(io: Io): Command {
  const command = verb("replace", "Changes quantity or limit of an open order; what is left out stays.", [
    "replace 0312ab --limit 49100",
    "replace 0312ab --quantity 0.02 --expected-version 2",
  ])
    .argument("<order>", "the order's id")
    .option("--account <id>", "the account", "demo")
    .option("--quantity <total>", "new total, what is filled included")
    .option("--limit <price>", "new limit price")
    .option("--expected-version <n>", "refused if the order has another", wholeNumber(1, "--expected-version"), 0);
  return withRequest(command).action((orderId: string, options: ReplaceOptions) =>
    withAtlas(io, options, async (context) => {
      const { account: accountId, quantity = "", limit: limitPrice = "", expectedVersion } = options;
      if (quantity === "" && limitPrice === "") throw usage("nothing to change: give --quantity or --limit");
      const answer = await mutate<typeof ReplaceOrderResponseSchema>(context, options, (requestId) =>
        context.atlas.orders.replaceOrder({
          requestId,
          accountId,
          orderId,
          quantity,
          limitPrice,
          expectedVersion: BigInt(expectedVersion),
        }),
      );
      const order = answer.order;
      if (order === undefined) throw refused("the answer holds no order");
      print(context, OrderSchema, [order], () => orderText(order));
    }),
  );
}
