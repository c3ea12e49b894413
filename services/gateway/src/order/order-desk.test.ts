import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Reason, ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { CancelOrdersSchema, ReplaceOrderSchema } from "@atlas/gen/atlas/order/v1/order_command_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { SubmitOrdersRequestSchema, type SubmitOrdersResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import type { Store } from "@atlas/platform/ports/store";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { CommandDraft, CommandIntake } from "../intake/command-intake.ts";
import { LookUps } from "../intake/look-ups.ts";
import { OrderDesk } from "./order-desk.ts";
import { submitBatch } from "./submit-batch.ts";

/** Look-ups of one account for new orders and replaces, and of all accounts. */
const BOUND = 1_000;
const BOUND_OF_ALL = 4_000;

const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "5" };
const sender = { principal: create(PrincipalSchema), sessionId: "", deadline: 10_000 };

/** A desk over a store that answers when it is let, and over shards that say nothing. */
function world() {
  const clock = manualClock();
  const waiting: (() => void)[] = [];
  const shed: Reason[] = [];
  const sent: string[] = [];
  const deadlines: number[] = [];
  const read = (_: unknown, deadline: number) => {
    deadlines.push(deadline);
    return new Promise(() => undefined);
  };
  const store: Partial<Store> = {
    get: () => new Promise((resolve) => void waiting.push(() => resolve(undefined))),
  };
  const directory: Partial<ShardDirectory> = {
    client: () => ({ read }) as unknown as ReturnType<ShardDirectory["client"]>,
  };
  const intake: Partial<CommandIntake> = {
    shardOf: () => 0,
    send: ({ requestId }: CommandDraft) => void sent.push(requestId),
  };
  const desk = new OrderDesk({
    intake: intake as CommandIntake,
    queries: mergedAccountQueries(directory as ShardDirectory, store as Store, 1),
    clock,
    digest: {
      sha256: (content) => createHash("sha256").update(content).digest(),
      crc32: (content, seed) => crc32(content, seed),
    },
    quote: () => undefined,
    lookUps: new LookUps({ shed: (reason) => void shed.push(reason) }),
  });
  return {
    ...{ clock, desk, waiting, shed, sent, deadlines },
    /** A batch under ids in plain text; what it was answered, once it is. */
    batch(accountId: string, name: string, count = 1_000): { readonly answer: SubmitOrdersResponse | undefined } {
      const entries = Array.from({ length: count }, (_, index) => ({ requestId: `${name} ${index}`, order }));
      const answered: { answer: SubmitOrdersResponse | undefined } = { answer: undefined };
      const request = create(SubmitOrdersRequestSchema, { entries });
      submitBatch(desk, sender, accountId, request.entries, (answer) => Object.assign(answered, { answer }));
      return answered;
    },
    /** Lets the store answer everything that it is asked. */
    async answer(): Promise<void> {
      await clock.settle();
      while (waiting.length > 0) {
        for (const one of waiting.splice(0)) one();
        await clock.settle();
      }
    },
  };
}

/** Reason and tenths of a second to wait, of each of a batch. */
function refusalsOf(answer: SubmitOrdersResponse | undefined): Set<string> {
  const results = answer?.results ?? [];
  return new Set(
    results.map(({ result }) => {
      if (result.case !== "refusal") return result.case ?? "";
      const { reason, retryAfter } = result.value;
      return `${ReasonSchema.value[reason]?.localName} ${Number(retryAfter?.seconds) * 10 + Number(retryAfter?.nanos) / 1e8}`;
    }),
  );
}

test("S24: look-ups of an account are bounded: what is above is refused at once, nothing done, and others are looked up", async () => {
  const { clock, batch, waiting, sent, shed } = world();
  const batches = Array.from({ length: 5 }, (_, index) => batch("ann", `batch ${index}`));
  await clock.settle();
  expect(waiting).toHaveLength(BOUND);
  expect(batches.map(({ answer }) => answer?.results.length)).toEqual([undefined, ...Array(4).fill(1_000)]);
  for (const { answer } of batches.slice(1)) expect(refusalsOf(answer)).toEqual(new Set(["BUSY 1"]));
  batch("bob", "one", 1);
  await clock.settle();
  expect([waiting.length, sent]).toEqual([BOUND + 1, []]);
  expect(shed).toEqual(Array(4_000).fill(Reason.BUSY));
});

test("S24: look-ups of all accounts are bounded, and make room for others as they come back", async () => {
  const { clock, batch, waiting, answer, sent } = world();
  for (const accountId of ["a", "b", "c", "d"]) batch(accountId, accountId);
  const late = batch("late", "late", 3);
  await clock.settle();
  expect([waiting.length, refusalsOf(late.answer)]).toEqual([BOUND_OF_ALL, new Set(["BUSY 10"])]);
  await answer();
  expect(sent).toHaveLength(BOUND_OF_ALL);
  batch("late", "late", 3);
  await answer();
  expect(sent.slice(BOUND_OF_ALL)).toEqual(["late 0", "late 1", "late 2"]);
});

test("S18: a batch as large as may be is looked up whole and sent in order, whatever is refused beside it", async () => {
  const { batch, answer, sent } = world();
  const first = batch("ann", "first");
  const beside = batch("ann", "beside");
  await answer();
  expect([first.answer, refusalsOf(beside.answer)]).toEqual([undefined, new Set(["BUSY 1"])]);
  batch("ann", "beside");
  await answer();
  const names = (name: string) => Array.from({ length: 1_000 }, (_, index) => `${name} ${index}`);
  expect(sent).toEqual([...names("first"), ...names("beside")]);
});

test("S24: cancels are looked up when new orders and replaces have taken their room, up to a bound of their own", async () => {
  const { clock, desk, batch, waiting } = world();
  const refused: Reason[] = [];
  const answer = {
    ordered: () => expect.fail("nothing was ordered"),
    canceled: () => expect.fail("nothing was canceled"),
    refused: (error: RefusalError) => void refused.push(error.refusal.reason),
  };
  const name = { accountId: "ann", requestId: "any text" };
  batch("ann", "batch");
  await clock.settle();
  desk.replace(sender, name, create(ReplaceOrderSchema, { orderId: "o", quantity: "1" }), answer);
  for (let one = 0; one < 101; one++) desk.cancelMany(sender, name, create(CancelOrdersSchema), answer);
  await clock.settle();
  expect([waiting.length, refused]).toEqual([BOUND + 100, [Reason.BUSY, Reason.BUSY]]);
});

// Fails when it is read until the caller's deadline: a shard that has stopped would fill the places of all.
test("S24: a version that cannot be read gives its place back after ten seconds, however long its caller would wait", async () => {
  const { clock, desk, deadlines } = world();
  const never = () => expect.fail("it is not answered");
  const answer = { ordered: never, canceled: never, refused: never };
  const replace = create(ReplaceOrderSchema, { orderId: "o", quantity: "1" });
  desk.replace({ ...sender, deadline: 3_600_000 }, { accountId: "ann", requestId: "any text" }, replace, answer);
  await clock.settle();
  expect(deadlines).toEqual([clock.monotonic() + 10_000]);
});
