import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { refusal, toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { playForEver } from "./play-for-ever.ts";

type Step = MessageInitShape<typeof PlayRecordingRequestSchema>;

test("the market goes on after a failed step, without a word after another's recording, until it is stopped", async () => {
  const clock = manualClock();
  const stop = new AbortController();
  const warned: unknown[] = [];
  const played: Step[][] = [];
  const failures = [
    new Error("the log is silent"),
    toConnectError(refusal(Reason.CONFLICT, "another one plays")),
    undefined,
  ];
  const done = playForEver(
    {
      recording: async function* () {
        yield { instrumentId: "first" };
        yield { instrumentId: "second" };
      },
      play: async (steps) => {
        const taken: Step[] = [];
        played.push(taken);
        const failure = failures[played.length - 1];
        for await (const step of steps) {
          taken.push(step);
          if (failure !== undefined) throw failure;
        }
        if (played.length > failures.length) stop.abort();
      },
      clock,
      warn: (_message, { reason }) => void warned.push(reason),
    },
    stop.signal,
  );
  await clock.advance(999);
  expect(played).toHaveLength(1);
  await clock.advance(2_000);
  await done;
  const first = { instrumentId: "first", givesWay: true };
  const whole = [first, { instrumentId: "second", givesWay: true }];
  expect(played).toEqual([[first], [first], whole, whole]);
  expect(warned).toEqual(["the log is silent"]);
});

test("no pause leaves anything behind at the signal that ends the market", async () => {
  const clock = manualClock();
  const stop = new AbortController();
  const { signal } = stop;
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  const left = () => added.mock.calls.length - removed.mock.calls.length;
  let turns = 0;
  const done = playForEver(
    {
      recording: async function* () {},
      play: async () => {
        turns += 1;
        throw new Error("the log is silent");
      },
      clock,
      warn: () => undefined,
    },
    signal,
  );
  await clock.advance(99_500);
  // The pause that is under way has to hear of the end.
  expect([turns, left()]).toEqual([100, 1]);
  stop.abort();
  await done;
  expect([turns, left(), clock.untilNext()]).toEqual([100, 0, undefined]);
});
