import { manualClock } from "@atlas/platform/memory/manual-clock";
import { LogDamaged, LogUnavailable } from "@atlas/platform/ports/log";
import { StoreUnavailable } from "@atlas/platform/ports/store";
import { expect, test } from "vitest";
import { throughOutage } from "./through-outage.ts";

/** How it ends when these failures come first, one after the other, the last of them for ever if `isLasting`. */
async function outcome(warnings: string[], failures: Error[], isLasting = false): Promise<string> {
  const clock = manualClock();
  const work = async () => {
    const [failure] = failures;
    if (!isLasting || failures.length > 1) failures.shift();
    if (failure !== undefined) throw failure;
    return "done";
  };
  let ended = "waits";
  throughOutage(work, clock, (message, { reason }) => void warnings.push(`${message}: ${reason}`)).then(
    (value) => (ended = value),
    (error: Error) => (ended = error.message),
  );
  await clock.advance(59_000);
  if (ended !== "waits") return ended;
  await clock.advance(2_000);
  return `a minute, then ${ended}`;
}

test("F12, F6: a blip of log or store is outlasted and told once, a long outage is not outlasted", async () => {
  const warnings: string[] = [];
  expect(await outcome(warnings, [new LogUnavailable("log"), new StoreUnavailable("store")])).toBe("done");
  expect(warnings).toEqual(["the start waits for log or store: log"]);
  expect(await outcome([], [new StoreUnavailable("store")], true)).toBe("a minute, then store");
});

test("what no repeat cures is not repeated", async () => {
  const warnings: string[] = [];
  expect(await outcome(warnings, [new LogDamaged("damaged")])).toBe("damaged");
  expect(warnings).toEqual([]);
});
