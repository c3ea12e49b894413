import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than others of their project, the longest first: begun last, they would be waited for alone. */
const LONGEST = [
  "/kill.process.test.ts",
  // Those of many processes beside those that wait for brokers.
  "/migrate.engine.test.ts",
  "/kafka-faults.engine.test.ts",
  "/kafka-cluster.engine.test.ts",
  "/cluster.engine.test.ts",
  "/verbs.process.test.ts",
  "/cancel-many.test.ts",
  "/simulate.test.ts",
];

/** Files in vitest's order, the longest before all others of its project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => place(one) - place(other));
  }
}

function place({ moduleId }: TestSpecification): number {
  const found = LONGEST.findIndex((end) => moduleId.endsWith(end));
  return found < 0 ? LONGEST.length : found;
}
