import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFinal, nextStatus, ORDER_STATES, type OrderStatus, type OrderStep, requireStatus } from "./order-status.ts";

const STATUSES = Object.keys(ORDER_STATES) as OrderStatus[];

/** The arrows that DOMAIN.md and DESIGN 6 name. */
const ARROWS: readonly [OrderStatus, readonly OrderStatus[]][] = [
  [
    "PENDING_SUBMIT",
    [
      "LIVE",
      "REJECTED",
      "FILLED",
      "PARTIALLY_FILLED",
      "UNTRIGGERED",
      "PENDING_CANCEL",
      "PENDING_REPLACE",
      "CANCELED",
      "EXPIRED",
      "PENDING_SUBMIT",
    ],
  ],
  ["UNTRIGGERED", ["LIVE", "FILLED", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE", "CANCELED", "EXPIRED"]],
  ["LIVE", ["PARTIALLY_FILLED", "FILLED", "PENDING_CANCEL", "PENDING_REPLACE", "CANCELED", "EXPIRED", "LIVE"]],
  ["PARTIALLY_FILLED", ["PARTIALLY_FILLED", "FILLED", "PENDING_CANCEL", "PENDING_REPLACE", "CANCELED", "EXPIRED"]],
  ["PENDING_CANCEL", ["PENDING_CANCEL", "FILLED", "CANCELED", "LIVE", "PARTIALLY_FILLED", "REJECTED", "EXPIRED"]],
  [
    "PENDING_REPLACE",
    ["PENDING_REPLACE", "FILLED", "PARTIALLY_FILLED", "LIVE", "PENDING_CANCEL", "CANCELED", "EXPIRED", "REJECTED"],
  ],
  ["FILLED", []],
  ["CANCELED", []],
  ["REJECTED", []],
  ["EXPIRED", []],
];

const STEPS: readonly OrderStep[] = [
  ...(["ARM", "TRIGGER", "REST", "FILL_PART", "FILL_ALL", "REDUCE", "ASK_CANCEL"] as const),
  ...(["REFUSE_CANCEL", "CANCEL", "ASK_REPLACE", "REFUSE_REPLACE", "REPLACE", "REJECT", "EXPIRE"] as const),
];

describe("I5: the table of order states", () => {
  test.each(ARROWS)("from %s leads to %j and nowhere else", (from, targets) => {
    const reached = STEPS.flatMap((step) => [nextStatus(from, step, false), nextStatus(from, step, true)]);
    expect([...new Set(reached.filter((status) => status !== undefined))].sort()).toEqual([...targets].sort());
  });

  test("has a row for every status", () => {
    expect(ARROWS.map(([status]) => status).sort()).toEqual([...STATUSES].sort());
  });

  test("D5: whatever comes in whatever order, nothing leaves a final status", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.boolean()), { maxLength: 30 }), (steps) => {
        let status: OrderStatus = "PENDING_SUBMIT";
        for (const [step, filled] of steps) {
          const next = nextStatus(status, step, filled);
          if (isFinal(status)) expect(next).toBeUndefined();
          status = next ?? status;
        }
      }),
    );
  });

  test("a step without an arrow is a broken invariant where it must be there", () => {
    expect(() => requireStatus("FILLED", "CANCEL", true)).toThrow("CANCEL of an order that is FILLED");
  });
});
