/** What a call is part of, as W3C Trace Context has it (https://www.w3.org/TR/trace-context/). Lower-case hexadecimal, never only zeros. */
export interface Trace {
  /** 32 digits: the same through all processes. */
  readonly traceId: string;
  /** 16 digits: of the call in this process, or of the caller's where it was parsed. */
  readonly spanId: string;
  /** 2 digits: whether the caller samples, and whether its trace id is random. */
  readonly flags: string;
}

/** The header of calls and of records on Kafka. `tracestate` is neither read nor passed on: nothing here has a use for it. */
export const TRACEPARENT = "traceparent";

const VERSION_00 = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
/** Sampled, random trace id. Others have no meaning yet and must be sent as zero. */
const KNOWN_FLAGS = 0b11;

/** Of the header's value as a stranger sent it; `undefined`: it is absent, of another version or malformed, which is no error. */
export function parseTraceparent(value: unknown): Trace | undefined {
  const match = typeof value === "string" ? VERSION_00.exec(value) : null;
  if (match === null) return undefined;
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  return { traceId, spanId, flags: `0${Number.parseInt(flags, 16) & KNOWN_FLAGS}` };
}

export function traceparentOf({ traceId, spanId, flags }: Trace): string {
  return `00-${traceId}-${spanId}-${flags}`;
}
