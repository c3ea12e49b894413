import { type Clock, sleep } from "@atlas/platform/ports/clock";
import type { Log } from "@atlas/platform/ports/log";

/** Whether the log can be asked now. */
export interface LogProbe {
  /** Why not; empty: it can. */
  problems(): readonly string[];
  close(): void;
}

/** Milliseconds between two questions, and until one without an answer is told. */
const PACE = 1_000;
const PATIENCE = 3_000;

/** Asks the log again and again where a partition ends. */
export function probeLog(log: Pick<Log, "range">, topic: string, clock: Clock): LogProbe {
  let problems: readonly string[] = [];
  let asked: number | undefined;
  let isClosed = false;
  const ask = async () => {
    while (!isClosed) {
      asked = clock.monotonic();
      problems = await log.range(topic, 0).then(
        () => [],
        (error: Error) => [`the log is away: ${error.message}`],
      );
      asked = undefined;
      await sleep(clock, PACE);
    }
  };
  void ask();
  return {
    problems: () =>
      asked !== undefined && clock.monotonic() - asked > PATIENCE ? ["the log does not answer"] : problems,
    close: () => {
      isClosed = true;
    },
  };
}
