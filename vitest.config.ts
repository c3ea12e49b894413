import { defineConfig } from "vitest/config";

const PROCESS_TESTS = "**/*.process.test.ts";
const ENGINE_TESTS = "**/*.engine.test.ts";
const NOT_OURS = ["**/node_modules/**", "**/.gen/**"];

/** A machine of CI is often busy with others: what fails is tried again there, and told (infra/scripts/second-tries.ts). */
const TRIED_AGAIN = process.env.CI === undefined ? 0 : 1;

/**
 * `fast`: everything in this process or its threads. `process`: starts real processes, one file at a time, so that
 * what it measures and kills is not disturbed. `engines`: on real Kafka, DynamoDB and S3 (npm run test:engines).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "fast",
          include: ["services/**/*.test.ts", "console/**/*.test.ts", "bench/**/*.test.ts", "infra/**/*.test.ts"],
          exclude: [...NOT_OURS, PROCESS_TESTS, ENGINE_TESTS],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "process",
          include: [PROCESS_TESTS],
          exclude: NOT_OURS,
          fileParallelism: false,
          retry: TRIED_AGAIN,
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "engines",
          include: [ENGINE_TESTS],
          exclude: NOT_OURS,
          fileParallelism: false,
          retry: TRIED_AGAIN,
          testTimeout: 120_000,
          // An engine is fetched by the first test that needs it, and versitygw is compiled then.
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
