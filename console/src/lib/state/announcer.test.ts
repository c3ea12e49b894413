import { expect, test } from "vitest";
import { Announcer } from "./announcer.ts";

test("the first message is said at once, and those soon after it as one", () => {
  let now = 0;
  const due: (() => void)[] = [];
  const said: string[] = [];
  const announcer = new Announcer({
    now: () => now,
    after: (milliseconds, run) => {
      expect(milliseconds).toBe(2_000);
      due.push(run);
    },
    say: (words) => said.push(words),
  });
  announcer.announce("Bought 1 BTC.");
  now = 1_000;
  for (const words of ["Bought 2 BTC.", "Bought 3 BTC.", "Sold 4 BTC."]) announcer.announce(words);
  expect(said).toEqual(["Bought 1 BTC."]);
  expect(due).toHaveLength(1);
  now = 3_000;
  due[0]?.();
  expect(said.slice(1)).toEqual(["Sold 4 BTC. And 2 more messages."]);
  now = 6_000;
  announcer.announce("Sold 5 BTC.");
  expect(said.slice(2)).toEqual(["Sold 5 BTC."]);
});
