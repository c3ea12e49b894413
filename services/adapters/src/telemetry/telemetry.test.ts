import { describe, expect, test } from "vitest";
import { pinoJournal } from "./pino-journal.ts";
import { prometheusMetrics } from "./prometheus-metrics.ts";

function lines(level: "debug" | "warn") {
  const written: string[] = [];
  const journal = pinoJournal(level, { write: (line) => void written.push(line) });
  return { journal, read: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("the structured log", () => {
  test("a decision is one line of JSON with the order's id", () => {
    const { journal, read } = lines("debug");
    journal.debug("decided", { orderId: "03abc", sequence: 12n, shard: "oms/3" });
    expect(read()).toEqual([
      { level: "debug", time: expect.any(String), orderId: "03abc", sequence: "12", shard: "oms/3", msg: "decided" },
    ]);
  });

  test("below its level nothing is written, and who asks first spares the work", () => {
    const { journal, read } = lines("warn");
    journal.debug("decided", {});
    journal.warn("a stream was read too slowly", { subscriptions: 2 });
    expect(journal.debugs).toBe(false);
    expect(read().map((line) => line.msg)).toEqual(["a stream was read too slowly"]);
  });

  test.each(["secret", "token", "authorization", "refreshToken"])("%s is never written", (name) => {
    const { journal, read } = lines("debug");
    journal.warn("a mistake", { [name]: "hunter2" });
    expect(JSON.stringify(read())).not.toContain("hunter2");
  });

  test("a defect is told with its stack", () => {
    const { journal, read } = lines("warn");
    journal.error("a call failed", { method: "X" }, new Error("boom"));
    expect(read()[0]).toMatchObject({
      level: "error",
      problem: "boom",
      stack: expect.stringContaining("telemetry.test"),
    });
  });
});

describe("metrics", () => {
  test("are shown as Prometheus reads them; the same name is the same metric", async () => {
    const metrics = prometheusMetrics();
    for (const kind of ["order", "cancel", "order"]) metrics.counter("atlas_x_total", "X.", "class").add(1, kind);
    metrics.gauge("atlas_y", "Y.").set(7);
    metrics.histogram("atlas_z_seconds", "Z.", [0.1, 1]).observe(0.5);
    const text = await metrics.text();
    expect(text).toContain('atlas_x_total{class="order"} 2');
    expect(text).toContain("atlas_y 7");
    expect(text).toContain('atlas_z_seconds_bucket{le="1"} 1');
    expect(text).toContain("# HELP atlas_process_cpu_seconds_total ");
    expect(text).toContain("# HELP atlas_nodejs_heap_size_total_bytes ");
    expect(text).not.toContain("atlas_process_process_");
  });
});
