import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedStep } from "@atlas/platform/recording/recorded-step";

/**
 * The steps at `speed` times the pace at which they happened (0: at once), counted from the first: what a wait loses,
 * the next ones make up.
 */
export async function* paced(
  steps: AsyncIterable<RecordedStep>,
  speed: number,
  signal?: AbortSignal,
): AsyncGenerator<RecordedStep> {
  const begin = performance.now();
  let first: bigint | undefined;
  for await (const step of steps) {
    first ??= step.atNanoseconds;
    if (speed > 0) {
      const due = Number(step.atNanoseconds - first) / 1e6 / speed;
      const wait = due - (performance.now() - begin);
      if (wait > 1) await sleep(wait, undefined, signal === undefined ? {} : { signal });
    }
    yield step;
  }
}
