import { defineConfig } from "vitest/config";
import { LongestFirst } from "./infra/scripts/longest-first.ts";

const PROCESS_TESTS = "**/*.process.test.ts";
/** Hold the platform to seconds: nothing else may run beside them. */
const TIMED_TESTS = ["start", "streams", "disk-full"].map((name) => `services/cli/src/${name}.process.test.ts`);
/**
 * What a client sees of a platform: the same on the embedded column and on engines. The command line's other
 * files are about the data folder, or have their counterpart on engines:
 * - `audit`, `damaged-start` and `doctor/rest-doctor` change what stands in it, and `backup` copies it;
 * - `disk-full` fills the disk that it is on;
 * - `start` holds the start of a platform in it to seconds, and says what is wrong with it; `away-start` starts beside engines
 *   that are not there;
 * - `kill` and `engine` end with the doctor's look at it: on engines `npm run chaos` and the `cluster` project kill and upgrade;
 * - `readme` and `recorded` follow README from `npm start` on, which is a platform in it.
 */
const END_TO_END = ["access", "archive", "streams", "verbs", "watch", "way-in", "wire"].map(
  (name) => `services/cli/src/${name}.process.test.ts`,
);
const ENGINE_TESTS = "**/*.engine.test.ts";
/** Minutes of load on processes that are killed or replaced: by hand, and before a release (README). */
const CLUSTER_TESTS = ["standby", "rolling-restart", "rolling-upgrade"].map(
  (name) => `services/chaos/src/cluster/${name}.engine.test.ts`,
);
const NOT_OURS = ["**/node_modules/**", "**/.gen/**"];

/** A machine of CI is often busy with others: what fails is tried again there, and told (infra/scripts/second-tries.ts). */
const TRIED_AGAIN = process.env.CI === undefined ? 0 : 1;

const PROCESSES = { retry: TRIED_AGAIN, testTimeout: 300_000, hookTimeout: 180_000 };

/**
 * `fast`: everything in this process or its threads. `process`: starts real processes, two files at a time, and `timed` one
 * after the other, so that what it measures is not disturbed. `engines`: on real Kafka, DynamoDB and S3 (npm run test:engines),
 * `cluster`: the longest of them, `end-to-end`: what `process` asks of a platform on the embedded column, asked of one on engines.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "fast",
          include: ["services/**/*.test.ts", "console/**/*.test.ts", "bench/**/*.test.ts", "infra/**/*.test.ts"],
          exclude: [...NOT_OURS, PROCESS_TESTS, ENGINE_TESTS],
          // To read every module once a file takes as long as half of the tests.
          isolate: false,
          // Vitest leaves one processor free: half of them, where there are two.
          maxWorkers: "100%",
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "process",
          include: [PROCESS_TESTS],
          exclude: [...NOT_OURS, ...TIMED_TESTS],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...PROCESSES,
        },
      },
      {
        test: {
          name: "timed",
          include: TIMED_TESTS,
          exclude: NOT_OURS,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          ...PROCESSES,
        },
      },
      {
        test: {
          name: "engines",
          include: [ENGINE_TESTS],
          exclude: [...NOT_OURS, ...CLUSTER_TESTS],
          // Each file has engines of its own, and waits for them most of the time.
          maxWorkers: 2,
          retry: TRIED_AGAIN,
          testTimeout: 120_000,
          // An engine is fetched by the first test that needs it, and versitygw is compiled then.
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: "cluster",
          include: CLUSTER_TESTS,
          exclude: NOT_OURS,
          fileParallelism: false,
          ...PROCESSES,
        },
      },
      {
        test: {
          name: "end-to-end",
          include: END_TO_END,
          exclude: NOT_OURS,
          globalSetup: "infra/scripts/engines-setup.ts",
          // One of them holds the platform to seconds.
          fileParallelism: false,
          ...PROCESSES,
        },
      },
    ],
  },
});
