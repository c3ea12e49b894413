import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { EvidenceSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { CancelOrdersSchema } from "@atlas/gen/atlas/order/v1/order_command_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CancelManyAttempt } from "../order/cancel-many-attempt.ts";
import type { OrderDeskPorts } from "../order/order-desk.ts";
import type { CommandDraft } from "./command-intake.ts";

test("a shard that has forgotten an id for ever is asked four times, each a longer while later, and then refuses", async () => {
  const clock = manualClock();
  const asked: number[] = [];
  const began = clock.monotonic();
  const forgotten = create(OrderEventSchema, {
    shard: "oms/0",
    event: { case: "commandAnswered", value: { refusal: { reason: Reason.LOOK_UP_FIRST } } },
  });
  const ports = {
    clock,
    intake: { send: (_draft: unknown, receiver: CancelManyAttempt) => void receiver.decided(forgotten) },
    queries: {
      evidence: async () => {
        asked.push(clock.monotonic() - began);
        return create(EvidenceSchema);
      },
    },
  } as Partial<Record<keyof OrderDeskPorts, unknown>> as OrderDeskPorts;
  const refused: Reason[] = [];
  const answer = {
    canceled: () => expect.fail("nothing was canceled"),
    refused: (error: { refusal: { reason: Reason } }) => void refused.push(error.refusal.reason),
  };
  const draft = { requestId: "any text", accountId: "ann", orderId: "o" } as Partial<CommandDraft> as CommandDraft;
  new CancelManyAttempt(ports, draft, create(CancelOrdersSchema), answer).begin();
  await clock.advance(10_000);
  expect([asked, refused]).toEqual([[0, 150, 450, 1_050], [Reason.LOOK_UP_FIRST]]);
});
