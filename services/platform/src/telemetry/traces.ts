import type { Trace } from "./trace.ts";

/**
 * The trace of the call on whose behalf code runs, without its being passed from hand to hand. It goes along with promises, timers
 * and whatever else a call begins, so what outlives a call, or serves many, says so by `run`.
 */
export interface Traces {
  /** `undefined`: no call caused this, or the one that did is over. */
  current(): Trace | undefined;
  /**
   * A call: goes on with the trace that its `traceparent` names, or begins one if that is absent or malformed, until the promise is
   * settled. What the call has left behind by then, a poll loop for one, has no trace.
   */
  during<T>(traceparent: unknown, call: () => Promise<T>): Promise<T>;
  /** Runs on behalf of the call that had this trace, over or not; `undefined`: of none. */
  run<T>(trace: Trace | undefined, action: () => T): T;
}

/** Knows none. */
export const noTraces: Traces = {
  current: () => undefined,
  during: (_traceparent, call) => call(),
  run: (_trace, action) => action(),
};
