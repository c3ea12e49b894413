import { expect, test } from "vitest";
import { SilenceWatch } from "./silence-watch.ts";

test("F12 silence is said when it lasts, once a minute and not at every try, and is forgotten when it is over", () => {
  const said: string[] = [];
  let now = 0;
  const watch = new SilenceWatch(
    (message, { seconds }) => void said.push(`${message} ${seconds}`),
    () => now,
  );
  for (; now <= 75_000; now += 100) watch.goesOn("a", "away", {});
  expect(said).toEqual(["away 10", "away 70"]);
  watch.over("a");
  for (let end = now + 9_900; now <= end; now += 100) watch.goesOn("a", "away", {});
  watch.over("a");
  now += 100_000;
  watch.goesOn("a", "away", {});
  watch.goesOn("b", "gone", {});
  expect(said.length).toBe(2);
  now += 10_000;
  watch.goesOn("b", "gone", {});
  expect(said.at(-1)).toBe("gone 10");
});
