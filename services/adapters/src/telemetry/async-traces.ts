import { AsyncLocalStorage } from "node:async_hooks";
import type { Chance } from "@atlas/platform/ports/chance";
import { parseTraceparent, type Trace } from "@atlas/platform/telemetry/trace";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { hexadecimal } from "@atlas/platform/text/hexadecimal";

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const NOT_SAMPLED = "00";

interface Scope {
  readonly trace: Trace | undefined;
  isOver: boolean;
}

/** Traces that travel by node's AsyncLocalStorage: one for each process. */
export function asyncTraces(chance: Chance): Traces {
  const scopes = new AsyncLocalStorage<Scope>();
  const begin = (traceparent: unknown): Trace => {
    const spanId = hexadecimal(chance.bytes(SPAN_ID_BYTES));
    const parent = parseTraceparent(traceparent);
    if (parent !== undefined) return { ...parent, spanId };
    return { traceId: hexadecimal(chance.bytes(TRACE_ID_BYTES)), spanId, flags: NOT_SAMPLED };
  };
  return {
    current() {
      const scope = scopes.getStore();
      return scope === undefined || scope.isOver ? undefined : scope.trace;
    },
    async during(traceparent, call) {
      const scope = { trace: begin(traceparent), isOver: false };
      try {
        return await scopes.run(scope, call);
      } finally {
        scope.isOver = true;
      }
    },
    run: (trace, action) => scopes.run({ trace, isOver: false }, action),
  };
}
