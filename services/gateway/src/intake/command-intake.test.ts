import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { partitionOf } from "@atlas/domain/partition/partition";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import type { Digest } from "@atlas/platform/ports/digest";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { MOST_ORDERS, MOST_ORDERS_OF_ALL } from "./account-gates.ts";
import { ClockSkew } from "./clock-skew.ts";
import { CommandIntake } from "./command-intake.ts";
import type { CommandClass } from "./pending-command.ts";

const digest: Digest = {
  sha256: (content) => createHash("sha256").update(content).digest(),
  crc32: (content, seed) => crc32(content, seed),
};
const PATIENCE = 20_000;

const CANCEL_MANY = create(OrderCommandSchema, { command: { case: "cancelMany", value: {} } }).command;

/** An intake whose shards take their time: nothing is decided unless the test says so. */
function rig(unfollowed = -1) {
  const clock = manualClock();
  const shed: Reason[] = [];
  const silences: string[] = [];
  const intake = new CommandIntake({
    ...{
      clock,
      digest,
      journal: silentJournal,
      traces: noTraces,
      log: memoryLog({ clock }),
      incarnation: "gtest",
      partitions: 4,
      isFollowed: (shard: number) => shard !== unfollowed,
    },
    metrics: { taken: () => undefined, shed: (reason) => void shed.push(reason), settled: () => undefined },
    skew: new ClockSkew(clock, silentJournal),
    pressure: { storeLag: () => 0, diskLow: () => false },
    learnLimits: () => undefined,
  });
  function send(
    accountId: string,
    commandClass: CommandClass,
    command: OrderCommand["command"] = CANCEL_MANY,
    patience = PATIENCE,
  ): RefusalError | undefined {
    const draft = {
      ...{ accountId, commandClass, requestId: "r", contentDigest: new Uint8Array(16), orderId: "", sessionId: "" },
      principal: create(PrincipalSchema),
      command,
      deadline: clock.monotonic() + patience,
    };
    return intake.send(draft, {
      decided: () => true,
      silent: (silence) => void silences.push(silence),
    });
  }
  return { clock, intake, send, shed, silences };
}

test("S24: shards that answer nothing fill a gateway up to its bound, whoever sends; then it sheds orders, and takes them again", async () => {
  const { clock, intake, send, shed, silences } = rig();
  for (let count = 0; count < MOST_ORDERS_OF_ALL; count++) {
    if (count % MOST_ORDERS === 0) await clock.advance(10);
    send(`account-${Math.floor(count / MOST_ORDERS)}`, "ORDER");
  }
  await clock.advance(10);
  expect([intake.unanswered, shed]).toEqual([MOST_ORDERS_OF_ALL, []]);
  expect(send("bob", "ORDER")?.refusal).toMatchObject({ reason: Reason.BUSY, retryAfter: { seconds: 1n } });
  expect(shed).toEqual([Reason.BUSY]);
  expect(send("bob", "CANCEL")).toBeUndefined();
  intake.decided(create(OrderEventSchema, { commandId: "gtest.1" }));
  expect(send("bob", "ORDER")).toBeUndefined();
  expect(send("bob", "ORDER")?.refusal.reason).toBe(Reason.BUSY);
  await clock.advance(PATIENCE + 1_000);
  expect([intake.unanswered, silences.length]).toEqual([0, MOST_ORDERS_OF_ALL + 1]);
  expect(send("bob", "ORDER")).toBeUndefined();
});

test("F22: nobody keeps a command's place for longer than a minute, whatever the deadline of the call", async () => {
  const { clock, intake, send, silences } = rig();
  expect(send("ann", "ORDER", CANCEL_MANY, 86_400_000)).toBeUndefined();
  await clock.advance(59_000);
  expect([intake.unanswered, silences]).toEqual([1, []]);
  await clock.advance(2_000);
  expect([intake.unanswered, silences]).toEqual([0, ["OUTCOME_UNKNOWN"]]);
});

test("what a shard decides that is not followed yet would not be heard: commands for it are refused, others taken", () => {
  const { intake, send, shed } = rig(partitionOf("ann", 4));
  const other = ["bob", "cyn", "dan"].find((name) => partitionOf(name, 4) !== partitionOf("ann", 4)) ?? "";
  expect(send("ann", "ORDER")?.refusal.reason).toBe(Reason.NOT_READY);
  expect(send("ann", "CANCEL")?.refusal.reason).toBe(Reason.NOT_READY);
  expect(send(other, "ORDER")).toBeUndefined();
  expect([intake.unanswered, shed]).toEqual([1, [Reason.NOT_READY, Reason.NOT_READY]]);
});

test("I10: nothing is made or moved on an account of participants, nor an account of their owner, and what rests can be canceled", () => {
  const { intake, send, shed } = rig();
  const opening = (ownerId: string) =>
    create(OrderCommandSchema, { command: { case: "createAccount", value: { ownerId } } }).command;
  for (const commandClass of ["ORDER", "ADMIN"] as const) {
    const refused = send("house-BTC-USD", commandClass)?.refusal;
    expect(refused).toMatchObject({ reason: Reason.INVALID_FIELD, field: "account_id" });
    expect(refused?.message).toMatch(/^account_id must not begin with house-/);
  }
  const refused = send("ann", "ADMIN", opening("house"))?.refusal;
  expect(refused).toMatchObject({ reason: Reason.INVALID_FIELD, field: "owner_id" });
  expect([intake.unanswered, shed]).toEqual([0, []]);
  expect(send("house-BTC-USD", "CANCEL")).toBeUndefined();
  expect(send("household", "ORDER")).toBeUndefined();
  expect(send("ann", "ADMIN", opening("house-ann"))).toBeUndefined();
});

test.each(["ORDER", "CANCEL", "ADMIN"] as const)(
  "S24: what nobody waits for any more is not logged: %s",
  (commandClass) => {
    const { intake, send, shed } = rig();
    expect(send("ann", commandClass, CANCEL_MANY, 0)?.refusal.reason).toBe(Reason.NOT_READY);
    expect([intake.unanswered, shed]).toEqual([0, [Reason.NOT_READY]]);
    expect(send("ann", commandClass, CANCEL_MANY, 1)).toBeUndefined();
  },
);
