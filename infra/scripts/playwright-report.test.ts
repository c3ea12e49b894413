import { describe, expect, test } from "vitest";
import { countBrowserTests } from "./playwright-report.ts";

const TICKET = { title: "C20: an order", file: "ticket.e2e.ts", line: 12, tests: [{ status: "flaky" }] };
const STATS = { expected: 3, unexpected: 0, flaky: 0, skipped: 0 };

describe("second tries", () => {
  const ROWS: readonly [rule: string, suites: readonly object[], names: readonly string[]][] = [
    ["what passed at once is not told", [{ specs: [{ ...TICKET, tests: [{ status: "expected" }] }] }], []],
    ["what failed both times is not told", [{ specs: [{ ...TICKET, tests: [{ status: "unexpected" }] }] }], []],
    ["what passed at the second try is told", [{ specs: [TICKET] }], ["ticket.e2e.ts:12 C20: an order"]],
    [
      "of all files, and of what is described in them",
      [{ specs: [TICKET] }, { specs: [], suites: [{ specs: [{ ...TICKET, line: 30 }] }] }],
      ["ticket.e2e.ts:12 C20: an order", "ticket.e2e.ts:30 C20: an order"],
    ],
    ["a run of no test has none", [], []],
  ];

  test.each(ROWS)("%s", (_rule, suites, names) => {
    expect(countBrowserTests(0, JSON.stringify({ stats: STATS, suites })).secondTries).toEqual(names);
  });
});

describe("the count", () => {
  const ROWS: readonly [rule: string, code: number, stats: object | undefined, count: readonly number[]][] = [
    ["of what passed, failed and was left out", 1, { ...STATS, unexpected: 2, skipped: 1 }, [3, 2, 1]],
    ["what passed at the second try has passed", 0, { ...STATS, flaky: 1 }, [4, 0, 0]],
    ["a run that failed without a failed test is one", 1, { ...STATS, expected: 0 }, [0, 1, 0]],
    ["one that left no report is one if it failed", 1, undefined, [0, 1, 0]],
    ["and none where no tests were asked for", 0, undefined, [0, 0, 0]],
  ];

  test.each(ROWS)("%s", (_rule, code, stats, count) => {
    const report = stats && JSON.stringify({ stats, suites: [] });
    const { passed, failed, skipped } = countBrowserTests(code, report);
    expect([passed, failed, skipped]).toEqual(count);
  });
});
