/** One measured figure, printed as a line of JSON. */
export interface Figure {
  readonly bench: string;
  /** What was measured: `atlas`, or a peer on the same flow. */
  readonly subject: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

export function printFigure(figure: Figure): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

/** The value below which `share` (0 to 1) of `sorted` lies. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
