import { printFigure, quantile } from "../figure.ts";

/** Prints a figure of this bench. */
export function tell(subject: string, metric: string, value: number, unit: string): void {
  printFigure({ bench: "engines", subject, metric, value: Number(value.toPrecision(3)), unit });
}

/** Does it `times` times, one after another, and prints how long it took. */
export async function measureEach(
  subject: string,
  metric: string,
  times: number,
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  const took = new Float64Array(times);
  for (let index = 0; index < times; index += 1) {
    const began = performance.now();
    await act(index);
    took[index] = performance.now() - began;
  }
  took.sort();
  tell(subject, `${metric}_p50`, quantile(took, 0.5), "ms");
  tell(subject, `${metric}_p95`, quantile(took, 0.95), "ms");
}

/** Prints how many a second, and what one costs this process. */
export async function measureAll(subject: string, metric: string, act: () => Promise<number>): Promise<void> {
  const [began, usage] = [performance.now(), process.cpuUsage()];
  const count = await act();
  const { user, system } = process.cpuUsage(usage);
  tell(subject, `${metric}_rate`, (count / (performance.now() - began)) * 1000, "1/s");
  tell(subject, `${metric}_cpu`, (user + system) / count, "us");
}
