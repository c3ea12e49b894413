import { parseArgs } from "node:util";
import type { Browser, CDPSession } from "@playwright/test";
import { printFigure, quantile } from "../figure.ts";
import { type Api, openApi } from "../platform/api.ts";
import { note, rounded } from "../platform/samples.ts";
import { startPlatform } from "../platform/started-platform.ts";
import { wait } from "../platform/wait.ts";
import { loginLink, newProfile, openBrowser } from "./browser.ts";
import { LEVEL, measureLoads } from "./first-depth.ts";
import { sumOf, watchHeap } from "./heap.ts";
import { describeMachine, type MachineUse, watchMachine } from "./machine.ts";
import { definePlayed, PLAYED, playMarkets, STEPS_PER_SECOND } from "./market-flow.ts";
import { ratesOf, type Streaming, watchPage } from "./streaming.ts";
import { widenStream } from "./wide-stream.ts";

const USAGE = "usage: npm run bench -- console [--minutes of the heap's growth, 10 unless said otherwise]";
const SETTLE = 15_000;
const FRAMES = 60_000;
const COUNTED = 5_000;
/** From the desk's opening until its heap is looked at first: what it keeps of trades is as much as it ever keeps by then. */
const WARM_UP = 120_000;
/** C62. A figure beyond its limit is called missed, and the bench goes on. */
const LIMITS = { firstDepth: 1_000, scriptBytes: 200_000, framesPerSecond: 60, longTasks: 0, heapGrowth: 10 };
/** Of displays: frames that are counted by clocks that differ are never sixty to the last digit. */
const TOLERANCE = 0.5;

/** The console in a browser: how soon it is there, how much it reads, how evenly it draws, and what it holds. */
export async function run(): Promise<void> {
  const minutes = minutesOf();
  const platform = await startPlatform();
  const api = openApi(platform);
  let browser: Browser | undefined;
  try {
    browser = await openBrowser();
    describeMachine(browser);
    const use = await watchMachine(browser, platform.process.pid as number);
    await loads(browser, api, platform.url);
    printUse("loads", use());
    await stream(browser, api, platform.url, minutes, platform.process.pid as number);
  } finally {
    await browser?.close();
    api.close();
    await platform.stop();
  }
}

function minutesOf(): number {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { minutes: { type: "string" } } });
  const minutes = Number(values.minutes ?? "10");
  if (!(minutes > 0)) throw new Error(USAGE);
  return minutes;
}

async function loads(browser: Browser, api: Api, url: string): Promise<void> {
  const { byLink, signedIn, scriptBytes, scriptBytesInAll } = await measureLoads(browser, api, url);
  for (const [subject, times] of [
    ["signed in", signedIn],
    ["by a login link", byLink],
  ] as const) {
    const sorted = Float64Array.from(times).sort();
    figure(subject, "first_depth_p50", quantile(sorted, 0.5), "ms");
    within(subject, "first_depth_max", sorted[sorted.length - 1] ?? Number.NaN, "ms", LIMITS.firstDepth);
  }
  note(
    `first depth: ${signedIn.length} loads each, in new profiles with empty caches, after one that warmed the server`,
  );
  within("script", "until_first_depth", scriptBytes / 1000, "kB", LIMITS.scriptBytes / 1000);
  figure("script", "with_chart", scriptBytesInAll / 1000, "kB");
}

async function stream(browser: Browser, api: Api, url: string, minutes: number, server: number): Promise<void> {
  await definePlayed(api);
  const stop = playMarkets(api);
  const profile = await newProfile(browser);
  const page = await profile.newPage();
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  await page.goto(await loginLink(api, url));
  await page.locator(LEVEL).first().waitFor();
  const cdp = await profile.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const [drawn, ...others] = PLAYED;
  const wide = await widenStream(cdp, others);
  await page.goto(`${url}/?instrument=${drawn}`);
  const began = performance.now();
  await wait(SETTLE);
  const rates = await ratesOf(api, wide.request(), COUNTED);
  note(`five books played at ${STEPS_PER_SECOND} steps a second each, all on the page's one stream: the one drawn as the desk \
asks for it, the others with every update; ${rounded(rates.messages)} messages/s, of them ${rounded(rates.books)} of books, with \
${rounded(rates.levels)} levels/s and ${rounded(rates.trades)} trades/s`);
  const use = await watchMachine(browser, server);
  const streaming = await watchPage(page, cdp, FRAMES);
  printUse("five books", use());
  printStreaming(streaming);
  await wait(WARM_UP - (performance.now() - began));
  const opened = wide.opened();
  await heap(cdp, minutes);
  note(
    `streams that the page opened in these ${minutes} minutes: ${wide.opened() - opened}, one for each new access token`,
  );
  if (failures.length > 0) throw new Error(`the page failed: ${failures.join("; ")}`);
  await profile.close();
  await stop();
}

async function heap(cdp: CDPSession, minutes: number): Promise<void> {
  const [before, after] = await watchHeap(cdp, minutes * 60_000);
  const subject = `heap, ${minutes} min`;
  for (const [name, held] of [
    ["before", before],
    ["after", after],
  ] as const) {
    figure(subject, `scripts_${name}`, held.scripts / 1e6, "MB");
    figure(subject, `document_${name}`, held.document / 1e6, "MB");
  }
  within(subject, "growth", (sumOf(after) / sumOf(before) - 1) * 100, "%", LIMITS.heapGrowth);
}

function printStreaming({ frames, seconds, busy, bytesPerSecond }: Streaming): void {
  const subject = "five books";
  const intervals = Float64Array.from(frames.intervals).sort();
  const framesPerSecond = intervals.length / seconds;
  figure(subject, "received", bytesPerSecond / 1000, "kB/s");
  figure(subject, "frames", framesPerSecond, "1/s");
  if (framesPerSecond < LIMITS.framesPerSecond - TOLERANCE) missed(subject, "frames", LIMITS.framesPerSecond, "1/s");
  for (const share of [0.5, 0.95, 0.99]) {
    figure(subject, `frame_p${share * 100}`, quantile(intervals, share), "ms");
  }
  figure(subject, "frame_max", intervals[intervals.length - 1] ?? Number.NaN, "ms");
  within(subject, "long_tasks", frames.longTasks.length, "tasks", LIMITS.longTasks);
  figure(subject, "long_task_max", Math.max(0, ...frames.longTasks), "ms");
  figure(subject, "long_frames", frames.longFrames.length, "frames");
  figure(subject, "long_frame_max", Math.max(0, ...frames.longFrames), "ms");
  for (const [part, share] of Object.entries(busy)) figure(subject, `main_thread_${part}`, share * 1000, "ms/s");
}

function printUse(subject: string, use: MachineUse): void {
  for (const [who, share] of Object.entries(use)) figure(subject, `cpu_${who}`, share, "cores");
}

function within(subject: string, metric: string, value: number, unit: string, limit: number): void {
  figure(subject, metric, value, unit);
  if (!(value <= limit)) missed(subject, metric, limit, unit);
}

function missed(subject: string, metric: string, limit: number, unit: string): void {
  note(`MISSED: ${subject}, ${metric}: the limit is ${limit} ${unit}`);
}

function figure(subject: string, metric: string, value: number, unit: string): void {
  printFigure({ bench: "console", subject, metric, value: rounded(value), unit });
}
