import { describe, expect, test } from "vitest";
import { OrderTable } from "./order-table.ts";
import { percentiles } from "./percentiles.ts";

describe("what a load run knows of its orders", () => {
  test("latency counts from the sending to the fill, also of one heard of before its answer", () => {
    const table = new OrderTable(3);
    for (const index of [0, 1, 2]) table.begin(index, 100);
    table.fill("o1", 140);
    table.decide(0, "o0", 110);
    table.decide(1, "o1", 130);
    table.fill("o0", 160);
    expect([...table.latencies(table.filledAt)]).toEqual([60, 40]);
    expect([...table.latencies(table.decidedAt)]).toEqual([10, 30]);
    expect({ decided: table.decided, filled: table.filled }).toEqual({ decided: 2, filled: 2 });
  });

  test("repeated answers and fills count once", () => {
    const table = new OrderTable(2);
    const changes: number[] = [];
    table.onChange(() => changes.push(table.filled));
    table.begin(0, 1);
    table.decide(0, "o0", 5);
    table.decide(0, "o0", 9);
    table.fill("o0", 7);
    table.fill("o0", 8);
    expect({ decided: table.decided, filled: table.filled, changes }).toEqual({
      decided: 1,
      filled: 1,
      changes: [0, 1],
    });
    expect(table.filledAt[0]).toBe(7);
  });

  test("request ids are made once and differ", () => {
    const table = new OrderTable(1_000);
    for (let index = 0; index < 1_000; index++) table.begin(index, 1);
    expect(new Set(table.requestIds).size).toBe(1_000);
    expect(table.requestIds[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("percentiles", () => {
  test("are the nearest ranks over all parts", () => {
    const first = Float64Array.from({ length: 50 }, (_, index) => index + 1);
    const second = Float64Array.from({ length: 50 }, (_, index) => index + 51);
    expect(percentiles([second, first])).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
    expect(percentiles([Float64Array.of(Math.PI)])).toEqual({ p50: 3.14, p95: 3.14, p99: 3.14, max: 3.14 });
    expect(percentiles([new Float64Array(0)])).toBeUndefined();
  });
});
