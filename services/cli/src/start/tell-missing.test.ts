import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EVERY, tellMissing } from "./tell-missing.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("who waits for a start is told what it lacks, once for as long as it is the same", () => {
  const said: string[] = [];
  let lacks = ["identity/0 cannot be recovered: event 4 is missing", "opening the gateway"];
  const end = tellMissing({ out: (line) => void said.push(line) }, () => lacks);
  vi.advanceTimersByTime(EVERY - 1);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(3 * EVERY);
  expect(said).toEqual(["not ready yet: identity/0 cannot be recovered: event 4 is missing; opening the gateway"]);
  lacks = ["opening the gateway"];
  vi.advanceTimersByTime(EVERY);
  expect(said.slice(1)).toEqual(["not ready yet: opening the gateway"]);
  end();
  lacks = ["something else"];
  vi.advanceTimersByTime(EVERY);
  expect(said).toHaveLength(2);
});
