import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { Findings } from "@atlas/cli/doctor/findings";
import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderSchema, OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { type SubmitOrdersResult, SubmitOrdersResultSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Asked } from "../load/asked.ts";
import { Losses } from "./losses.ts";
import { checkRepeats } from "./repeat-check.ts";

const ORDER = { instrumentId: "CHAOS-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "3", limitPrice: "99.5" };
/** Its client was told order o1. */
const ASKED: Asked = {
  ...{ accountId: "a", requestId: "r1", content: { kind: "submit", order: ORDER } },
  ...{ askedAt: 0, answeredAt: 1, sent: 1, unknown: 0 },
  settled: [
    {
      kind: "ORDER",
      order: {
        orderId: "o1",
        version: 1,
        ...{ status: OrderStatus.LIVE, cumulative: "0", leaves: "3", limitPrice: "99.5", fees: "0" },
      },
    },
  ],
};

type Result = SubmitOrdersResult["result"];
const order = (orderId: string): Result => ({ case: "order", value: create(OrderSchema, { orderId }) });
const refusal = (reason: Reason, orderId = ""): Result => ({
  case: "refusal",
  value: create(RefusalSchema, { reason, orderId }),
});

test.each([
  ["is answered as it was", order("o1"), { doubled: 0, broken: [] }],
  ["is another order", order("o2"), { doubled: 1, broken: ["r1 was o1, and is o2 when asked again"] }],
  [
    "is refused for good",
    refusal(Reason.INSUFFICIENT_FUNDS),
    { doubled: 1, broken: ["r1 was o1, and is none when asked again"] },
  ],
  [
    "is not answered: nothing is doubled by that",
    refusal(Reason.NOT_READY),
    { doubled: 0, broken: ["r1 was o1, and is not answered when asked again: NOT_READY"] },
  ],
])("I6: a request that was told an order, asked again, %s", async (_, result, due) => {
  const orders = { submitOrders: async () => ({ results: [create(SubmitOrdersResultSchema, { result })] }) };
  const findings = new Findings();
  const losses = new Losses(findings);
  await checkRepeats({ orders } as unknown as AtlasClient, [ASKED], losses);
  const broken = findings.all().flatMap(({ holds, text }) => (holds ? [] : [text]));
  expect({ doubled: losses.doubled, broken }).toEqual(due);
});
