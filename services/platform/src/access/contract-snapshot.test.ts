import { join } from "node:path";
import { expect, test } from "vitest";
import { contractFiles } from "./testing/contract-files.ts";
import { contractSnapshot } from "./testing/contract-snapshot.ts";

const SNAPSHOT = join(import.meta.dirname, "testing/contract-snapshot.txt");

/**
 * Fails when access, a topic or a rule of validation changes: loosened openly, never tightened silently (CONTRACT). If it is
 * meant: `npx vitest run contract-snapshot -u`, and the change stands in the commit for everybody to see.
 */
test("access, topics and rules of validation are those that were agreed", async () => {
  const lines = contractSnapshot(await contractFiles());
  expect(lines.split("\n").length).toBeGreaterThan(500);
  await expect(`${lines}\n`).toMatchFileSnapshot(SNAPSHOT);
});
