import { expect, test } from "vitest";
import { readLayout } from "./kept-layout.ts";

const USUAL = { preset: "trade", sizes: { trade: {}, analyse: {}, operate: {} }, tabs: {} };

test("a layout that was kept is read as it was", () => {
  const kept = {
    preset: "analyse",
    sizes: { trade: { depth: 300 }, analyse: {}, operate: {} },
    tabs: { orders: "fills" },
  };
  expect(readLayout(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});

test("what is no layout is the usual one, part by part", () => {
  for (const kept of [undefined, null, 7, "trade", [], { preset: "war", sizes: 3, tabs: "fills" }]) {
    expect(readLayout(kept)).toEqual(USUAL);
  }
  const sizes = { trade: { depth: 300, chart: -5, ticket: "300", tape: 1e300, money: null }, other: { depth: 1 } };
  expect(readLayout({ preset: "analyse", sizes, tabs: { orders: 7 } })).toEqual({
    preset: "analyse",
    sizes: { trade: { depth: 300 }, analyse: {}, operate: {} },
    tabs: {},
  });
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`part ${index}`, 100]));
  expect(Object.keys(readLayout({ sizes: { trade: many } }).sizes.trade)).toHaveLength(32);
});
