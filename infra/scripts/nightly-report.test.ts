import { expect, test } from "vitest";
import { nightlyReport } from "./nightly-report.ts";

const FACTS = {
  commit: "0123456789",
  isChanged: false,
  began: new Date("2026-11-21T01:02:03Z"),
  cores: 2,
  memoryBytes: 24.3 * 2 ** 30,
  root: "/somewhere/atlas",
};

test("says on what it ran and quotes what the runs printed", () => {
  const output = "atlas: generating code from proto/\n2081 runs, 0 broken\nlooked at: I1 7\n";
  const runs = [{ command: "npm run sim -- --seeds 2000", holds: true, minutes: 48.2, output }];
  expect(nightlyReport(FACTS, runs)).toBe(`# Nightly run

Written by \`npm run nightly\`; the figures are what its runs printed.

- commit 0123456789
- 2026-11-21 01:02 UTC
- 2 cores, 24 GiB of memory

## \`npm run sim -- --seeds 2000\`: holds

48 minutes.

\`\`\`text
2081 runs, 0 broken
looked at: I1 7
\`\`\`
`);
});

test("what broke stands there, without the machine's paths, and a tree that is no commit's is told", () => {
  const output = "seed 7 is broken:\n  at file:///somewhere/atlas/services/oms/src/a.ts:1\n";
  const broken = { command: "npm run sim -- --seeds 2000", holds: false, minutes: 1, output };
  const report = nightlyReport({ ...FACTS, isChanged: true }, [broken]);
  expect(report).toContain("0123456789, with changes that are not committed");
  expect(report).toContain(": BROKEN");
  expect(report).toContain("seed 7 is broken:\n  at file:///services/oms");
  expect(report).not.toContain("somewhere");
});
