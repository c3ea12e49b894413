import { printFigure, quantile } from "../figure.ts";

/** How long something took, of which there are many; milliseconds. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Numbers that are only ever added, without an object for each. */
export class Samples {
  #values = new Float64Array(65_536);
  #count = 0;

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(2 * this.#count);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  summary(): Summary {
    const sorted = this.#values.subarray(0, this.#count).slice().sort();
    return {
      count: this.#count,
      p50: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      max: sorted[sorted.length - 1] ?? Number.NaN,
    };
  }
}

/** Prints the quantiles of a summary as `<name>_p50` and so on. */
export function printSummary(bench: string, subject: string, name: string, summary: Summary): void {
  for (const metric of ["p50", "p95", "p99"] as const) {
    printFigure({ bench, subject, metric: `${name}_${metric}`, value: rounded(summary[metric]), unit: "ms" });
  }
}

/** To three digits, for nothing measured here is more exact. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** For people: not a figure. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
