import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { IdentityCommandCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import {
  type IdentityCommand,
  IdentityCommandSchema,
  type IdentityEvent,
  IdentityEventSchema,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ClockSkew } from "../intake/clock-skew.ts";
import { FollowedIntake, MOST_RECORDS } from "./record-intake.ts";

function rig(isFollowed: () => boolean) {
  const clock = manualClock();
  const digest = {
    sha256: (content: Uint8Array | string) => createHash("sha256").update(content).digest(),
    crc32: (content: Uint8Array, seed?: number) => crc32(content, seed),
  };
  const options = {
    log: memoryLog({ clock }),
    clock,
    digest,
    journal: silentJournal,
    traces: noTraces,
    source: "gtest",
  };
  const intake = new FollowedIntake<IdentityCommand, IdentityEvent>(
    { ...options, skew: new ClockSkew(clock, silentJournal), isFollowed },
    "identity.commands",
    IdentityCommandCodec,
  );
  const command = create(IdentityCommandSchema, { command: { case: "endSession", value: { sessionId: "s" } } });
  const outcomes: string[] = [];
  const submit = (patience = 10_000) =>
    void intake.submit(command, clock.monotonic() + patience).then(
      () => outcomes.push("decided"),
      ({ refusal: { reason, retryAfter } }: RefusalError) =>
        outcomes.push(reason === Reason.BUSY && retryAfter?.seconds === 1n ? "busy" : `reason ${reason}`),
    );
  return { clock, intake, options, outcomes, submit };
}

test("S24: a shard that answers nothing fills its intake up to a bound; what is answered makes room", async () => {
  const { clock, intake, outcomes, submit } = rig(() => true);
  for (let count = 0; count < MOST_RECORDS; count++) submit();
  await clock.advance(100);
  expect(outcomes).toEqual([]);
  submit();
  await clock.advance(10);
  expect(outcomes).toEqual(["busy"]);
  intake.decided(create(IdentityEventSchema, { commandId: "gtest-1" }));
  submit();
  submit();
  await clock.advance(10);
  expect(outcomes).toEqual(["busy", "decided", "busy"]);
});

test("nothing goes on the log for a shard that is not followed yet: its answer would not be heard", async () => {
  let isFollowed = false;
  const { clock, options, outcomes, submit } = rig(() => isFollowed);
  submit();
  await clock.advance(10);
  expect(outcomes).toEqual([`reason ${Reason.NOT_READY}`]);
  isFollowed = true;
  submit();
  await clock.advance(10);
  expect(outcomes).toEqual([`reason ${Reason.NOT_READY}`]);
  expect((await options.log.range("identity.commands", 0)).end).toBe(1);
});

test("S24: nothing goes on the log that nobody waits for any more", async () => {
  const { clock, options, outcomes, submit } = rig(() => true);
  submit(0);
  await clock.advance(10);
  expect(outcomes).toEqual([`reason ${Reason.NOT_READY}`]);
  expect((await options.log.range("identity.commands", 0)).end).toBe(0);
});
