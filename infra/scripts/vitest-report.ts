export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** Left out, such as where the machine lacks what the test needs. */
  readonly skipped: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

/**
 * Counts the tests of a vitest JSON report. A file that did not load counts as one failed test, and so does a run that
 * failed without naming a test (`exitCode` not 0: it found no test, too), or left no report.
 */
export function countTests(exitCode: number, text: string | undefined): Count {
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(text) as Report;
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  const skipped = report.numPendingTests + report.numTodoTests;
  return { passed: report.numPassedTests, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped };
}
