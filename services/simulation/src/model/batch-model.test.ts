import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { BatchModel } from "./batch-model.ts";
import type { ClientRequest } from "./client-model.ts";

type Kind = "orderAccepted" | "orderDenied" | "commandAnswered";
type Decision = readonly [requestId: string, kind: Kind, writer: string];

function asked(requestId: string, batch?: number): ClientRequest {
  const request = { accountId: "eve", requestId, method: "submit", answers: [] };
  return batch === undefined ? request : { ...request, batch };
}

const REQUESTS = [asked("a", 1), asked("b", 1), asked("c", 2), asked("d", 2), asked("e"), asked("f")];

test.each<[string, readonly Decision[], number]>([
  ["nothing is decided", [], 0],
  [
    "one owner decides all of it",
    [
      ["a", "orderAccepted", "one"],
      ["b", "orderDenied", "one"],
    ],
    0,
  ],
  [
    "an owner each",
    [
      ["a", "orderAccepted", "one"],
      ["b", "orderDenied", "one"],
      ["c", "orderAccepted", "other"],
    ],
    0,
  ],
  [
    "two share one",
    [
      ["a", "orderAccepted", "one"],
      ["b", "orderDenied", "other"],
      ["c", "orderAccepted", "one"],
    ],
    1,
  ],
  [
    "a repeat is no decision",
    [
      ["a", "orderAccepted", "one"],
      ["b", "commandAnswered", "other"],
    ],
    0,
  ],
  [
    "what is of no batch",
    [
      ["e", "orderAccepted", "one"],
      ["f", "orderAccepted", "other"],
    ],
    0,
  ],
  [
    "two share two",
    (["a", "b", "c", "d"] as const).map((id, index) => [id, "orderAccepted", `owner-${index}`] as const),
    2,
  ],
])("F9: batches that were decided by more than one owner: %s", (_, decisions, split) => {
  const model = new BatchModel();
  for (const [requestId, kind, writer] of decisions) {
    model.take(create(OrderEventSchema, { accountId: "eve", requestId, event: { case: kind, value: {} } }), writer);
  }
  expect(model.split(REQUESTS)).toBe(split);
});
