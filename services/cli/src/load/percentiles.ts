/** Latencies in milliseconds, to a hundredth. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest-rank percentiles; `undefined` of nothing. */
export function percentiles(parts: readonly Float64Array[]): Percentiles | undefined {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  if (all.length === 0) return undefined;
  all.sort();
  const rank = (part: number) => rounded(all[Math.max(0, Math.ceil(all.length * part) - 1)] as number);
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
