import { expect, test } from "vitest";
import { type Count, countTests } from "./vitest-report.ts";

const PASSED = file("passed", tried("passed"));
const FAILED = file("failed", tried("passed"), tried("failed", "one", "the other"));
const SKIPPED = file("passed", tried("skipped"), tried("todo"));
const UNLOADABLE = file("failed");
const AGAIN = file("passed", tried("passed", "it failed at first"));

const AT_ONCE = { secondTries: [] };

const ROWS: readonly [rule: string, exitCode: number, report: object | undefined, count: Count][] = [
  ["all passed", 0, report(3, 0, PASSED), { passed: 3, failed: 0, skipped: 0, ...AT_ONCE }],
  ["what is left out is counted", 0, report(3, 0, PASSED, SKIPPED), { passed: 3, failed: 0, skipped: 2, ...AT_ONCE }],
  ["a test failed", 1, report(3, 1, PASSED, FAILED), { passed: 3, failed: 1, skipped: 0, ...AT_ONCE }],
  [
    "a file that does not load is a failure",
    1,
    report(2, 0, PASSED, UNLOADABLE),
    { passed: 2, failed: 1, skipped: 0, ...AT_ONCE },
  ],
  ["an error outside tests is a failure", 1, report(2, 0, PASSED), { passed: 2, failed: 1, skipped: 0, ...AT_ONCE }],
  ["no tests at all are a failure", 1, report(0, 0), { passed: 0, failed: 1, skipped: 0, ...AT_ONCE }],
  [
    "what passed at the second try is named",
    0,
    report(2, 0, PASSED, AGAIN),
    { passed: 2, failed: 0, skipped: 0, secondTries: ["a.test.ts a rule"] },
  ],
  ["no report is a failure", 1, undefined, { passed: 0, failed: 1, skipped: 0, ...AT_ONCE }],
  ["no report is a failure, however it ended", 0, undefined, { passed: 0, failed: 1, skipped: 0, ...AT_ONCE }],
];

test.each(ROWS)("%s", (_rule, exitCode, given, count) => {
  expect(countTests(exitCode, given === undefined ? undefined : JSON.stringify(given))).toEqual(count);
});

interface Tried {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

function file(status: string, ...assertionResults: readonly Tried[]) {
  return { name: "/somewhere/a.test.ts", status, assertionResults };
}

function tried(status: string, ...failureMessages: readonly string[]): Tried {
  return { fullName: "a rule", status, failureMessages };
}

function report(
  numPassedTests: number,
  numFailedTests: number,
  ...testResults: { readonly assertionResults: readonly Tried[] }[]
): object {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string) => tests.filter((one) => one.status === status).length;
  const left = { numPendingTests: count("skipped"), numTodoTests: count("todo") };
  return { numPassedTests, numFailedTests, ...left, testResults };
}
