import { add, divide } from "../decimal/decimal.ts";

/**
 * Simple moving average: the mean of the last `span` closes, from the candle at `from` on; `undefined` where there are
 * fewer. For lines on the screen only: numbers to read come from `averageOf`.
 */
export function movingAverage(closes: readonly number[], span: number, from = 0): (number | undefined)[] {
  const line: (number | undefined)[] = [];
  for (let index = from; index < closes.length; index += 1) {
    let sum = 0;
    for (let one = Math.max(0, index - span + 1); one <= index; one += 1) sum += closes[one] ?? 0;
    line.push(index + 1 < span ? undefined : sum / span);
  }
  return line;
}

/** The mean of the last `span` closes, exact but for digits cut off behind the 18th decimal; `undefined`: too few. */
export function averageOf(closes: readonly string[], span: number): string | undefined {
  if (closes.length < span) return undefined;
  return divide(closes.slice(-span).reduce(add, "0"), String(span));
}
