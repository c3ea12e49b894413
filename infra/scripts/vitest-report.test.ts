import { expect, test } from "vitest";
import { type Count, countTests } from "./vitest-report.ts";

const PASSED = { status: "passed", assertionResults: [{ status: "passed" }] };
const FAILED = { status: "failed", assertionResults: [{ status: "passed" }, { status: "failed" }] };
const SKIPPED = { status: "passed", assertionResults: [{ status: "skipped" }, { status: "todo" }] };
const UNLOADABLE = { status: "failed", assertionResults: [] };

const ROWS: readonly [rule: string, exitCode: number, report: object | undefined, count: Count][] = [
  ["all passed", 0, report(3, 0, PASSED), { passed: 3, failed: 0, skipped: 0 }],
  ["what is left out is counted", 0, report(3, 0, PASSED, SKIPPED), { passed: 3, failed: 0, skipped: 2 }],
  ["a test failed", 1, report(3, 1, PASSED, FAILED), { passed: 3, failed: 1, skipped: 0 }],
  ["a file that does not load is a failure", 1, report(2, 0, PASSED, UNLOADABLE), { passed: 2, failed: 1, skipped: 0 }],
  ["an error outside tests is a failure", 1, report(2, 0, PASSED), { passed: 2, failed: 1, skipped: 0 }],
  ["no tests at all are a failure", 1, report(0, 0), { passed: 0, failed: 1, skipped: 0 }],
  ["no report is a failure", 1, undefined, { passed: 0, failed: 1, skipped: 0 }],
  ["no report is a failure, however it ended", 0, undefined, { passed: 0, failed: 1, skipped: 0 }],
];

test.each(ROWS)("%s", (_rule, exitCode, given, count) => {
  expect(countTests(exitCode, given === undefined ? undefined : JSON.stringify(given))).toEqual(count);
});

function report(
  numPassedTests: number,
  numFailedTests: number,
  ...testResults: { readonly assertionResults: readonly { status: string }[] }[]
): object {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (status: string) => tests.filter((one) => one.status === status).length;
  const left = { numPendingTests: count("skipped"), numTodoTests: count("todo") };
  return { numPassedTests, numFailedTests, ...left, testResults };
}
