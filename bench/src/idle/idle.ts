import { printFigure } from "../figure.ts";
import { startOtherProcess } from "../platform/other-process.ts";
import { note, rounded } from "../platform/samples.ts";
import { type StartedPlatform, startPlatform } from "../platform/started-platform.ts";
import { diskBytes, sum, usageOf } from "../platform/usage.ts";
import { wait } from "../platform/wait.ts";
import type { SubscribersOptions, SubscribersResult } from "../stream/subscribers.ts";
import { logContent } from "./log-bytes.ts";

const SETTLE = 10_000;
/** Longer than the time between two images of a shard that changes. */
const MEASURED = 80_000;
const HOUR = 3_600_000;
const WATCHED = ["BTC-USD"];

/** What a platform writes that has nothing to do: with nobody there, and with one who watches. */
export async function run(): Promise<void> {
  const platform = await startPlatform();
  try {
    await wait(SETTLE);
    await measure(platform, "quiet");
    const { url, key } = platform;
    const options: SubscribersOptions = {
      address: { url, key },
      connections: 1,
      streams: 1,
      instrumentIds: WATCHED,
      readEvery: 1,
      settle: 0,
    };
    const subscriber = startOtherProcess<SubscribersOptions, SubscribersResult>(
      new URL("../stream/subscribers.ts", import.meta.url),
      options,
    );
    await wait(SETTLE);
    await measure(platform, "one watcher");
    subscriber.finish();
    const { messages, seconds } = await subscriber.result;
    note(`the watcher heard ${rounded(messages / seconds)} messages/s`);
  } finally {
    await platform.stop();
  }
}

async function measure({ folder, process }: StartedPlatform, subject: string): Promise<void> {
  const processId = process.pid as number;
  const before = { usage: usageOf(processId), log: logContent(folder), disk: sum(diskBytes(folder)) };
  const began = performance.now();
  await wait(MEASURED);
  const milliseconds = performance.now() - began;
  const after = { usage: usageOf(processId), log: logContent(folder), disk: sum(diskBytes(folder)) };
  const hourly = (metric: string, bytes: number) =>
    figure(subject, metric, (bytes / 1e6 / milliseconds) * HOUR, "MB/h");
  hourly("log_records", after.log.records - before.log.records);
  hourly("log_indexes", after.log.indexes - before.log.indexes);
  hourly("files_growth", after.disk - before.disk);
  hourly("disk_writes", after.usage.writtenBytes - before.usage.writtenBytes);
  figure(subject, "commits", ((after.log.commits - before.log.commits) / milliseconds) * 1000, "1/s");
  figure(subject, "server_cpu", (after.usage.cpu - before.usage.cpu) / milliseconds, "cores");
}

function figure(subject: string, metric: string, value: number, unit: string): void {
  printFigure({ bench: "idle", subject, metric, value: rounded(value), unit });
}
