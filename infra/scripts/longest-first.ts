import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Takes longer than any other: begun last, it would be waited for alone. */
const LONGEST = "/kill.process.test.ts";

/** Files in vitest's order, the longest before all others of its project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(LONGEST);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}
