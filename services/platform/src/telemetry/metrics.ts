/** Rises only. */
export interface Counter {
  add(amount: number, label?: string): void;
}

/** A value as it is now. */
export interface Gauge {
  set(value: number, label?: string): void;
  /** Tells of this one no more. */
  remove(label: string): void;
}

/** How values are distributed. */
export interface Histogram {
  observe(value: number, label?: string): void;
}

/**
 * What `/metrics` shows. Names are Prometheus's: `atlas_` in front, the unit behind, `_total` for counters. A metric has
 * at most one label, of few values; naming the same metric twice gives the same one.
 */
export interface Metrics {
  counter(name: string, help: string, label?: string): Counter;
  gauge(name: string, help: string, label?: string): Gauge;
  /** `bounds` are the upper bounds of its buckets, ascending. */
  histogram(name: string, help: string, bounds: readonly number[], label?: string): Histogram;
}

/** Counts nothing. */
export const silentMetrics: Metrics = {
  counter: () => ({ add: () => {} }),
  gauge: () => ({ set: () => {}, remove: () => {} }),
  histogram: () => ({ observe: () => {} }),
};
