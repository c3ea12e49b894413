import { expect, test } from "vitest";
import { passedAtSecondTry } from "./playwright-report.ts";

const TICKET = { title: "C20: an order", file: "ticket.e2e.ts", line: 12, tests: [{ status: "flaky" }] };

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
  expect(passedAtSecondTry(JSON.stringify({ suites }))).toEqual(names);
});
