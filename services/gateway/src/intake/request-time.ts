/** `0189d5c4-7c1e-7a8b-9c3d-5e6f7a8b9c0d`: version 7, RFC 9562 variant. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Milliseconds since the epoch that a UUID v7 carries; `undefined` when the id is something else. */
export function requestTime(requestId: string): number | undefined {
  if (requestId.length !== 36 || !UUID_V7.test(requestId)) return undefined;
  return Number.parseInt(requestId.slice(0, 8) + requestId.slice(9, 13), 16);
}

/**
 * The shard certainly remembers the id if it was used: it keeps five minutes of log time, and this leaves a minute for
 * clocks that differ. Where it has forgotten sooner, under load, it asks by LOOK_UP_FIRST (S18).
 */
const REMEMBERED_FOR = 4 * 60_000;

/** Whether an id needs no evidence: it cannot have been used before the shard's memory begins. */
export function needsNoEvidence(requestId: string, now: number): boolean {
  const time = requestTime(requestId);
  return time !== undefined && time > now - REMEMBERED_FOR;
}
