import { setTimeout as sleep } from "node:timers/promises";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { isConnectionRefused, isWorthRepeating } from "./failure.ts";

/**
 * Calls until it is answered, at most for `bound` milliseconds, with pauses that grow from 50 ms to a second, or as long
 * as the platform asks for. `call` must send the same request id each time. `atOnce`: a first call that finds nobody
 * there is not repeated.
 */
export async function repeat<T>(bound: number, call: () => Promise<T>, atOnce = true): Promise<T> {
  const end = Date.now() + bound;
  for (let pause = 50, first = true; ; pause = Math.min(pause * 2, 1_000), first = false) {
    try {
      return await call();
    } catch (error) {
      const wait = Math.max(pause, retryAfter(error));
      const isOver =
        !isWorthRepeating(error) || (atOnce && first && isConnectionRefused(error)) || Date.now() + wait > end;
      if (isOver) throw error;
      await sleep(wait);
    }
  }
}

function retryAfter(error: unknown): number {
  const after = refusalOf(error)?.retryAfter;
  return after === undefined ? 0 : Number(after.seconds) * 1_000 + after.nanos / 1_000_000;
}
