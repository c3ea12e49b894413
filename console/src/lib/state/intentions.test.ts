import { expect, test } from "vitest";
import { Intentions, isFirstClick } from "./intentions.ts";

test("C04: a double click is one intention for as long as it goes on, a press a little later is another", () => {
  const intentions = new Intentions();
  const echoes = (key: string, ...times: number[]) => times.map((time) => intentions.isEcho(key, time));
  expect(echoes("buy 1", 0, 100)).toEqual([false, true]);
  const held = Array.from({ length: 80 }, (_, index) => 1_000 + 33 * index);
  expect(echoes("buy 1", ...held)).toEqual([false, ...held.slice(1).map(() => true)]);
  expect(echoes("buy 1", 5_000, 5_601)).toEqual([false, false]);
  expect(echoes("buy 2", 5_602)).toEqual([false]);
});

// Fails when a click that a double click ends with counts: by then another button may stand there.
test("a click by the keyboard and the first half of a double click count, its second half does not", () => {
  expect([0, 1, 2, 3].map((detail) => isFirstClick({ detail }))).toEqual([true, true, false, false]);
});
