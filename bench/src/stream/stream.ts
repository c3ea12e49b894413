import { printFigure } from "../figure.ts";
import { startOtherProcess } from "../platform/other-process.ts";
import { note, printSummary, rounded } from "../platform/samples.ts";
import { startPlatform } from "../platform/started-platform.ts";
import { usageOf } from "../platform/usage.ts";
import { wait } from "../platform/wait.ts";
import type { SubscribersOptions, SubscribersResult } from "./subscribers.ts";

const STREAMS = 1_000;
const CONNECTIONS = 10;
const SETTLE = 3_000;
const MEASURED = 20_000;
/** As a platform begins, with its simulated participants. */
const WATCHED = ["BTC-USD"];

/** A thousand subscribers in another process watch book, trades and ticker of a market in motion. */
export async function run(): Promise<void> {
  const platform = await startPlatform();
  try {
    const { url, key } = platform;
    const options: SubscribersOptions = {
      address: { url, key },
      connections: CONNECTIONS,
      streams: STREAMS,
      instrumentIds: WATCHED,
      readEvery: 20,
      settle: SETTLE,
    };
    const subscribers = startOtherProcess<SubscribersOptions, SubscribersResult>(
      new URL("./subscribers.ts", import.meta.url),
      options,
    );
    await wait(SETTLE + 5_000);
    const before = usageOf(platform.process.pid as number);
    await wait(MEASURED);
    const after = usageOf(platform.process.pid as number);
    subscribers.finish();
    const result = await subscribers.result;
    print(result, (after.cpu - before.cpu) / MEASURED, after.residentBytes);
  } finally {
    await platform.stop();
  }
}

function print(result: SubscribersResult, cpuShare: number, residentBytes: number): void {
  const subject = `${STREAMS} subscribers`;
  const figure = (metric: string, value: number, unit: string) =>
    printFigure({ bench: "stream", subject, metric, value: rounded(value), unit });
  figure("delivered", result.messages / result.seconds, "messages/s");
  figure("delivered_bytes", result.bytes / result.seconds / 1e6, "MB/s");
  printSummary("stream", subject, "delivery_latency", result.delivery);
  printSummary("stream", subject, "trade_latency", result.trade);
  figure("server_cpu", cpuShare, "cores");
  figure("server_memory", residentBytes / 1e6, "MB");
  note(`the subscribers took ${rounded(result.cpuShare)} cores; of the streams read, trades ${result.fewestTrades} to
${result.mostTrades}, out of order ${result.disorders}, resyncs ${result.resyncs}, ended ${result.ended.length}`);
  if (result.disorders > 0 || result.ended.length > 0) throw new Error("streams were broken");
}
