import type { Counter, Gauge, Histogram, Metrics } from "@atlas/platform/telemetry/metrics";
import * as prometheus from "prom-client";

/** Metrics that `/metrics` shows. */
export interface PrometheusMetrics extends Metrics {
  readonly contentType: string;
  /** Everything, in Prometheus's text format. */
  text(): Promise<string>;
}

/** Metrics of this process, the process's own among them (memory, event loop, garbage collection). */
export function prometheusMetrics(): PrometheusMetrics {
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry, prefix: "atlas_" });
  const made = new Map<string, object>();

  /** The same name is the same metric. */
  function once<M extends object>(name: string, make: () => M): M {
    const known = made.get(name) ?? make();
    made.set(name, known);
    return known as M;
  }

  function optionsOf(name: string, help: string, label: string | undefined) {
    return { name, help, labelNames: label === undefined ? [] : [label], registers: [registry] };
  }

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter: (name, help, label) =>
      once<Counter>(name, () => {
        const counter = new prometheus.Counter(optionsOf(name, help, label));
        if (label === undefined) return { add: (amount) => counter.inc(amount) };
        return { add: (amount, value = "") => counter.inc({ [label]: value }, amount) };
      }),
    gauge: (name, help, label) =>
      once<Gauge>(name, () => {
        const gauge = new prometheus.Gauge(optionsOf(name, help, label));
        if (label === undefined) return { set: (value) => gauge.set(value), remove: () => undefined };
        return {
          set: (value, name = "") => gauge.set({ [label]: name }, value),
          remove: (name) => gauge.remove({ [label]: name }),
        };
      }),
    histogram: (name, help, bounds, label) =>
      once<Histogram>(name, () => {
        const histogram = new prometheus.Histogram({ ...optionsOf(name, help, label), buckets: [...bounds] });
        if (label === undefined) return { observe: (value) => histogram.observe(value) };
        return { observe: (value, name = "") => histogram.observe({ [label]: name }, value) };
      }),
  };
}
