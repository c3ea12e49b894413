import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { SERVER_FLAGS } from "./server-flags.mjs";

test("Node knows every flag", () => {
  const { status, stderr } = spawnSync(process.execPath, [...SERVER_FLAGS, "-e", "0"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
});
