import type { Trader } from "./trader.ts";

/** Milliseconds between two looks at what is due. */
const LOOK = 20;

/** Lets traders act in turn until it is stopped, so that they make so many requests a second over all of them, or try to. */
export function pace(traders: readonly Trader[], rate: number): { stop(): void } {
  const begin = performance.now();
  let done = 0;
  let turn = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - begin) * rate) / 1_000;
    while (done < due) done += Math.max(1, traders[turn++ % traders.length]?.act() ?? 0);
  }, LOOK);
  return { stop: () => clearInterval(timer) };
}
