import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  OrderService,
  type SubmitOrdersRequest,
  type SubmitOrdersResult,
  SubmitOrdersResultSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { expect, test } from "vitest";
import type { Asked } from "./asked.ts";
import { CallRoad } from "./call-road.ts";

const BATCH: readonly Asked[] = ["r1", "r2", "r3"].map((requestId) => ({
  ...{ accountId: "a", requestId, content: { kind: "submit", order: { instrumentId: `${requestId}-USD` } } },
  ...{ askedAt: 0, answeredAt: 0, sent: 0, unknown: 0, settled: [] },
}));

const result = (one: SubmitOrdersResult["result"]) => create(SubmitOrdersResultSchema, { result: one });
const made = (orderId: string) => result({ case: "order", value: create(OrderSchema, { orderId }) });
const refused = (reason: Reason, orderId = "") =>
  result({ case: "refusal", value: create(RefusalSchema, { reason, orderId }) });

/** What a gateway that answers so is sent of the batch, and what that comes to. */
async function answered(answer: () => SubmitOrdersResult[]) {
  const sent: SubmitOrdersRequest[] = [];
  const transport = createRouterTransport(({ service }) => {
    service(OrderService, {
      submitOrders: (request) => {
        sent.push(request);
        return { results: answer() };
      },
    });
  });
  const gateway = { orders: createClient(OrderService, transport) } as unknown as AtlasClient;
  return { sent, answers: await new CallRoad([gateway], 0).askMany(BATCH, 1_000) };
}

test("each entry of a batch is a request by its own id, and is told what became of it", async () => {
  const results = [made("o1"), refused(Reason.INSUFFICIENT_FUNDS, "o2"), refused(Reason.NOT_READY)];
  const { sent, answers } = await answered(() => results);
  expect(sent.map(({ accountId }) => accountId)).toEqual(["a"]);
  expect(sent[0]?.entries.map(({ requestId, order }) => [requestId, order?.instrumentId])).toEqual([
    ["r1", "r1-USD"],
    ["r2", "r2-USD"],
    ["r3", "r3-USD"],
  ]);
  expect(answers).toMatchObject([
    { kind: "ORDER", order: { orderId: "o1" } },
    { kind: "REFUSED", reason: Reason.INSUFFICIENT_FUNDS, orderId: "o2" },
    { kind: "NOTHING", reason: "NOT_READY" },
  ]);
});

test("I7: of a batch without an answer nothing is known of any entry, and one that lacks an entry is wrong", async () => {
  const broke = () => {
    throw new ConnectError("broke", Code.Unavailable);
  };
  expect((await answered(broke)).answers.map(({ kind }) => kind)).toEqual(["UNKNOWN", "UNKNOWN", "UNKNOWN"]);
  const { answers } = await answered(() => [made("o1"), made("o2")]);
  expect(answers.map(({ kind }) => kind)).toEqual(["ORDER", "ORDER", "WRONG"]);
});
