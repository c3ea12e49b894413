import { basename } from "node:path";

export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Left out, such as where the machine lacks what the test needs. */
  readonly skipped: number;
  /** Names of those that failed at first and passed when they were run again. */
  readonly secondTries: readonly string[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      /** Of every try. */
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * Counts the tests of a vitest JSON report. A file that did not load counts as one failed test, and so does a run that
 * failed without naming a test (`exitCode` not 0: it found no test, too), or left no report.
 */
export function countTests(exitCode: number, text: string | undefined): Count {
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0, secondTries: [] };
  const report = JSON.parse(text) as Report;
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  const skipped = report.numPendingTests + report.numTodoTests;
  const secondTries = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === "passed" && failureMessages.length > 0)
      .map(({ fullName }) => `${basename(name)} ${fullName}`),
  );
  return { passed: report.numPassedTests, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped, secondTries };
}
