import { FillSchema, OrderSchema, OrderStatusSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Command } from "commander";
import { refused } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { fillsText, ordersText, orderText } from "../output/order-text.ts";
import { numberOf } from "../output/words.ts";
import { collect, wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface ListOptions extends CommonOptions {
  readonly account: string;
  readonly instrument?: string;
  readonly last: number;
}

interface OrdersOptions extends ListOptions {
  readonly open?: boolean;
  readonly status?: string[];
}

function listOptions(command: Command): Command {
  return command
    .option("--account <id>", "the account", "demo")
    .option("--instrument <id>", "only of this instrument")
    .option("--last <n>", "at most so many, the newest", wholeNumber(1, "--last"), 100);
}

export function ordersVerb(io: Io): Command {
  const command = verb("orders", "Lists an account's orders, newest first.", [
    "orders --open",
    "orders --instrument BTC-USD --status filled canceled --last 20",
  ])
    .option("--open", "only those that have not ended")
    .option("--status <status...>", "only in one of these, such as filled");
  return listOptions(command).action((options: OrdersOptions) =>
    withAtlas(io, options, async (context) => {
      const statuses = (options.status ?? []).map((word) => numberOf(OrderStatusSchema, word, "status"));
      const orders = await collect(options.last, async (pageSize, pageToken) => {
        const answer = await context.atlas.orders.listOrders({
          accountId: options.account,
          instrumentId: options.instrument ?? "",
          statuses,
          openOnly: options.open === true,
          pageSize,
          pageToken,
        });
        return { entries: answer.orders, nextPageToken: answer.nextPageToken };
      });
      print(context, OrderSchema, orders, () => ordersText(orders));
    }),
  );
}

export function orderVerb(io: Io): Command {
  return verb("order", "Shows one order in full.", ["order 0312ab", "order 0312ab --json"])
    .argument("<order>", "the order's id")
    .option("--account <id>", "the account", "demo")
    .action((orderId: string, options: ListOptions) =>
      withAtlas(io, options, async (context) => {
        const { order } = await context.atlas.orders.getOrder({ accountId: options.account, orderId });
        if (order === undefined) throw refused("the answer holds no order");
        print(context, OrderSchema, [order], () => orderText(order));
      }),
    );
}

export function fillsVerb(io: Io): Command {
  const command = verb("fills", "Lists an account's fills, newest first.", ["fills", "fills --order 0312ab"]).option(
    "--order <id>",
    "only of this order",
  );
  return listOptions(command).action((options: ListOptions & { readonly order?: string }) =>
    withAtlas(io, options, async (context) => {
      const fills = await collect(options.last, async (pageSize, pageToken) => {
        const answer = await context.atlas.orders.listFills({
          accountId: options.account,
          instrumentId: options.instrument ?? "",
          orderId: options.order ?? "",
          pageSize,
          pageToken,
        });
        return { entries: answer.fills, nextPageToken: answer.nextPageToken };
      });
      print(context, FillSchema, fills, () => fillsText(fills));
    }),
  );
}
