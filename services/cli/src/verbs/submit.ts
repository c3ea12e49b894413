import { OrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import type { SubmitOrderResponseSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { Command } from "commander";
import { refused } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { orderText } from "../output/order-text.ts";
import { type MutationOptions, mutate, withRequest } from "./mutation.ts";
import { type TermOptions, termsOf, withTerms } from "./order-terms.ts";
import { print, verb, withAtlas } from "./verb.ts";

export function submitVerb(io: Io): Command {
  const command = verb("submit", "Makes an order and shows it as it was decided.", [
    "submit buy 0.01 BTC-USD --limit 49000",
    "submit sell 0.5 ETH-USD",
    "submit buy 10 SOL-USD --limit 101 --tif ioc --json",
  ]);
  return withRequest(withTerms(command)).action((side, quantity, instrument, options: TermOptions & MutationOptions) =>
    withAtlas(io, options, async (context) => {
      const order = termsOf(side, quantity, instrument, options);
      const answer = await mutate<typeof SubmitOrderResponseSchema>(context, options, (requestId) =>
        context.atlas.orders.submitOrder({ requestId, accountId: options.account, order }),
      );
      const made = answer.order;
      if (made === undefined) throw refused("the answer holds no order");
      print(context, OrderSchema, [made], () => orderText(made));
    }),
  );
}
