import type { Count } from "./vitest-report.ts";

interface Report {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly suites: readonly Suite[];
}

interface Suite {
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly line: number;
    readonly tests: readonly { readonly status: string }[];
  }[];
  readonly suites?: readonly Suite[];
}

/**
 * Counts the tests of a Playwright JSON report; those that passed only at their second try are named as `file:line title`. A run that
 * failed without a failed test (`exitCode` not 0: it found none, too) is one failed test.
 */
export function countBrowserTests(exitCode: number, text: string | undefined): Count {
  if (text === undefined) return { passed: 0, failed: exitCode === 0 ? 0 : 1, skipped: 0, secondTries: [] };
  const { stats, suites } = JSON.parse(text) as Report;
  return {
    passed: stats.expected + stats.flaky,
    failed: exitCode !== 0 && stats.unexpected === 0 ? 1 : stats.unexpected,
    skipped: stats.skipped,
    secondTries: suites.flatMap(namesIn),
  };
}

function namesIn({ specs, suites = [] }: Suite): readonly string[] {
  const own = specs.filter(({ tests }) => tests.some(({ status }) => status === "flaky"));
  return [...own.map(({ file, line, title }) => `${file}:${line} ${title}`), ...suites.flatMap(namesIn)];
}
