import { defineConfig } from "vitest/config";

const PROCESS_TESTS = "**/*.process.test.ts";
const NOT_OURS = ["**/node_modules/**", "**/.gen/**"];

/**
 * `fast`: everything in this process or its threads. `process`: starts real processes, one file at a time, so that
 * what it measures and kills is not disturbed.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          include: ["services/**/*.test.ts", "console/**/*.test.ts", "bench/**/*.test.ts", "infra/**/*.test.ts"],
          exclude: [...NOT_OURS, PROCESS_TESTS],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "process",
          include: [PROCESS_TESTS],
          exclude: NOT_OURS,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
