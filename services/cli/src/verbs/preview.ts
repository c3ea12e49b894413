import {
  type PreviewOrderResponse,
  PreviewOrderResponseSchema,
  WarningKindSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { Command } from "commander";
import type { Io } from "../output/io.ts";
import { record } from "../output/table.ts";
import { amountOf, wordOf } from "../output/words.ts";
import { type TermOptions, termsOf, withTerms } from "./order-terms.ts";
import { print, verb, withAtlas } from "./verb.ts";

export function previewVerb(io: Io): Command {
  const command = verb("preview", "Tells what an order would lock and cost, and whether it would be refused.", [
    "preview buy 0.01 BTC-USD --limit 49000",
    "preview sell 2 BTC-USD",
  ]);
  return withTerms(command).action((side, quantity, instrument, options: TermOptions) =>
    withAtlas(io, options, async (context) => {
      const order = termsOf(side, quantity, instrument, options);
      const answer = await context.atlas.orders.previewOrder({ accountId: options.account, order });
      print(context, PreviewOrderResponseSchema, [answer], () => previewText(answer));
    }),
  );
}

function previewText(answer: PreviewOrderResponse): string {
  return record([
    ["outcome", answer.refusal === undefined ? "would be accepted" : `would be refused: ${answer.refusal.message}`],
    ["notional", amountOf(answer.notional)],
    ["required", amountOf(answer.required)],
    ["estimated fees", amountOf(answer.estimatedFees)],
    ["average price", answer.averagePrice],
    ...answer.balancesAfter.map(
      ({ asset, available, reserved }) => [`${asset} after`, `${available} available, ${reserved} reserved`] as const,
    ),
    ...answer.warnings.map(
      ({ kind, message }) => ["warning", `${wordOf(WarningKindSchema, kind)}: ${message}`] as const,
    ),
  ]);
}
