import fc from "fast-check";
import { expect, test } from "vitest";
import { sleep } from "../ports/clock.ts";
import { manualClock } from "./manual-clock.ts";
import { TimerQueue } from "./timer-queue.ts";

test("timers fire in time order, at their time, those set by timers included; a cancelled one does not", async () => {
  const clock = manualClock({ start: 1_000 });
  const fired: string[] = [];
  clock.after(20, () => fired.push(`b@${clock.monotonic()}`));
  clock.after(10, () => {
    fired.push(`a@${clock.monotonic()}`);
    clock.after(5, () => fired.push(`nested@${clock.now()}`));
  });
  clock.after(12, () => fired.push("never"))();
  expect(clock.untilNext()).toBe(10);
  await clock.advance(19);
  expect(fired).toEqual(["a@10", "nested@1015"]);
  await clock.advance(1);
  expect(fired).toEqual(["a@10", "nested@1015", "b@20"]);
  expect(clock.untilNext()).toBeUndefined();
});

test("what waits for a sleep runs before the clock goes on", async () => {
  const clock = manualClock();
  const seen: number[] = [];
  async function service(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      await sleep(clock, 10);
      seen.push(clock.monotonic());
    }
  }
  void service();
  await clock.advance(100);
  expect(seen).toEqual([10, 20, 30]);
});

test("soon runs after what is already waiting, without a timer", async () => {
  const clock = manualClock();
  const order: string[] = [];
  clock.soon(() => order.push("soon"));
  void Promise.resolve().then(() => order.push("waiting"));
  await clock.settle();
  expect(order).toEqual(["waiting", "soon"]);
});

test("F17 wall time jumps without disturbing timers or monotonic time", async () => {
  const clock = manualClock({ start: 10_000 });
  let fired = false;
  clock.after(10, () => {
    fired = true;
  });
  clock.shiftWall(-5_000);
  expect(clock.now()).toBe(5_000);
  await clock.advance(9);
  expect(fired).toBe(false);
  await clock.advance(1);
  expect(fired).toBe(true);
});

test("any number of timers, set and cancelled in any order, fire as a sorted list would", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 60 }), (timers) => {
      const queue = new TimerQueue();
      const due: [at: number, index: number][] = [];
      const fired: number[] = [];
      timers.forEach(([at, isCancelled], index) => {
        const cancel = queue.add(at, () => fired.push(index));
        if (isCancelled) cancel();
        else due.push([at, index]);
      });
      for (let timer = queue.take(20); timer !== undefined; timer = queue.take(20)) timer.action();
      expect(fired).toEqual(due.sort(([a, i], [b, j]) => a - b || i - j).map(([, index]) => index));
      expect(queue.next()).toBeUndefined();
    }),
  );
});
