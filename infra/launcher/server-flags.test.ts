import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { serverFlags } from "./server-flags.mjs";

test.each([
  [1, true],
  [2, true],
  [3, false],
  [64, false],
])("with %i cores garbage is collected by one thread: %s", (cores, isSingle) => {
  expect(serverFlags(cores).includes("--single-threaded-gc")).toBe(isSingle);
});

test("Node knows every flag", () => {
  const { status, stderr } = spawnSync(process.execPath, [...serverFlags(2), "-e", "0"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});
