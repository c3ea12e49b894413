import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { refusal, toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
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
