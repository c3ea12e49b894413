import type { Trader } from "./trader.ts";

/** Milliseconds between two looks at what is due. */
const LOOK = 20;

/** Lets traders act in turn, so many times a second over all of them, until it is stopped. */
export function pace(traders: readonly Trader[], rate: number): { stop(): void } {
  const begin = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) * rate) / 1_000;
    for (; done < due; done++) traders[done % traders.length]?.act();
  }, LOOK);
  return { stop: () => clearInterval(timer) };
}
