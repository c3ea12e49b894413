import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { EvidenceSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { CancelOrdersSchema } from "@atlas/gen/atlas/order/v1/order_command_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { decideOnce } from "../account/account-command.ts";
import type { AccountContext } from "../account/account-context.ts";
import type { CallContext } from "../call-context.ts";
import { CancelManyAttempt } from "../order/cancel-many-attempt.ts";
import type { OrderDeskPorts } from "../order/order-desk.ts";
import type { CommandDraft } from "./command-intake.ts";
import { LookUps } from "./look-ups.ts";

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
    lookUps: new LookUps({ shed: () => expect.fail("nothing was shed") }),
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

test("S24: a deposit under an id that has to be looked up is refused while an account's look-ups are as many as may be", async () => {
  const clock = manualClock();
  const shed: Reason[] = [];
  const lookUps = new LookUps({ shed: (reason) => void shed.push(reason) });
  const looked: string[] = [];
  const context = {
    ...{ clock, lookUps },
    digest: { sha256: () => new Uint8Array(32), crc32: () => 0 },
    intake: { shardOf: () => 0, send: () => expect.fail("it was sent") },
    queries: { evidence: (accountId: string) => new Promise(() => void looked.push(accountId)) },
  } as Partial<Record<keyof AccountContext, unknown>> as AccountContext;
  const deposit = (accountId: string) => {
    const value = { $typeName: "atlas.account.v1.DepositFunds", amount: undefined } as const;
    const request = { accountId, requestId: "any text" };
    const own = { field: "amount", isMadeByIt: () => true };
    return decideOnce(request, { case: "deposit", value }, {} as CallContext, context, own);
  };
  const free: (() => void)[] = [];
  const held = () => new Promise<void>((resolve) => void free.push(resolve));
  for (let one = 0; one < 1_100; one++) void lookUps.read("ann", "CANCEL", held);
  await expect(deposit("ann")).rejects.toMatchObject({ refusal: { reason: Reason.BUSY } });
  expect([looked, shed]).toEqual([[], [Reason.BUSY]]);
  void deposit("bob");
  for (const one of free) one();
  await clock.settle();
  void deposit("ann");
  expect([looked, shed]).toEqual([["bob", "ann"], [Reason.BUSY]]);
});

test("S24: a look-up that fails makes room as well", async () => {
  const lookUps = new LookUps({ shed: () => expect.fail("nothing was shed") });
  for (let round = 0; round < 3; round++) {
    const reads = Array.from({ length: 1_000 }, () =>
      lookUps.read("ann", "ORDER", () => Promise.reject(new Error("away"))).catch(() => "failed"),
    );
    expect(new Set(await Promise.all(reads))).toEqual(new Set(["failed"]));
  }
});
