import { expect, test } from "vitest";
import { type Toast, withToast } from "./toast-list.ts";

/** `b1`: one that tells of something bad, called 1. */
function shown(...names: readonly string[]): string {
  const toasts = names.reduce<readonly Toast[]>((all, name) => {
    const tone = name.startsWith("b") ? "bad" : "good";
    return withToast(all, { id: name.slice(1, 2), tone, words: name });
  }, []);
  return toasts.map(({ words }) => words).join(" ");
}

test("three are shown: the oldest goes, and what went wrong stays the longest", () => {
  expect(shown("g1", "g2", "g3", "g4")).toBe("g2 g3 g4");
  expect(shown("b1", "g2", "g3", "g4", "g5")).toBe("b1 g4 g5");
  expect(shown("b1", "b2", "b3", "b4")).toBe("b2 b3 b4");
  expect(shown("b1", "b2", "b3", "g4")).toBe("b1 b2 b3");
  expect(shown("b1", "b2", "b3", "b4", "g5", "g6")).toBe("b2 b3 b4");
  expect(shown("b1", "b2", "g3", "b4")).toBe("b1 b2 b4");
});

test("what is about the same takes its place", () => {
  expect(shown("g1", "g2", "g1x")).toBe("g1x g2");
});
