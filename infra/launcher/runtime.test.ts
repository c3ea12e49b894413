import { expect, test } from "vitest";
import { isNewEnough, NODE_VERSION } from "./runtime.mjs";

test.each([
  ["20.20.2", false],
  ["24.9.0", false],
  ["24.20.9", false],
  ["24.21.0", true],
  ["24.21.1", true],
  ["24.100.0", true],
  ["26.0.0", true],
  ["26.0.0-nightly2026", true],
  ["unknown", false],
])("Node %s is new enough: %s", (version, expected) => {
  expect(isNewEnough(version, NODE_VERSION)).toBe(expected);
});
