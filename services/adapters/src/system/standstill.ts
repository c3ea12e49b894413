import type { Warn } from "@atlas/platform/shard/warn";

/** Milliseconds between two looks. */
const PACE = 500;
/** Milliseconds behind its time from which a look tells: shorter ones are a collection of garbage, or a busy machine. */
const TOLD = 1_000;

/**
 * Tells each time that this process has stood still for a second or more: paused, without a processor, or in one long turn. What others
 * say of it then (answers that were late, connections that were given up) has its reason here. What is returned ends it.
 */
export function watchStandstill(warn: Warn): () => void {
  let due = performance.now() + PACE;
  const timer = setInterval(() => {
    const now = performance.now();
    const milliseconds = Math.round(now - due);
    due = now + PACE;
    if (milliseconds >= TOLD) warn("this process stood still", { milliseconds });
  }, PACE);
  timer.unref();
  return () => clearInterval(timer);
}
