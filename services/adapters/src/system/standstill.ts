import type { Journal } from "@atlas/platform/telemetry/journal";

/** Milliseconds between two looks. */
const PACE = 100;
/** Milliseconds behind its time from which a look tells: what is shorter is a collection of garbage, or a busy machine. */
const TOLD = 900;

/**
 * Tells each time that this process has stood still for a second or more: paused, without a processor, or in one long turn. What others
 * say of it then (answers that were late, connections that were given up) has its reason here. What is returned ends it.
 */
export function watchStandstill(journal: Pick<Journal, "info">): () => void {
  let due = performance.now() + PACE;
  const timer = setInterval(() => {
    const now = performance.now();
    const milliseconds = Math.round(now - due);
    due = now + PACE;
    if (milliseconds >= TOLD) journal.info("this process stood still", { milliseconds });
  }, PACE);
  timer.unref();
  return () => clearInterval(timer);
}
