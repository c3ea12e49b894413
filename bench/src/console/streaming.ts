import { Channel, type SubscribeRequest } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { CDPSession, Page } from "@playwright/test";
import type { Api } from "../platform/api.ts";
import { wait } from "../platform/wait.ts";
import { type Frames, takeFrames, watchFrames } from "./page-watch.ts";

export interface Streaming {
  readonly frames: Frames;
  readonly seconds: number;
  /** Processor time of the page's main thread, as a share of a core: all of it, and its parts. */
  readonly busy: { readonly all: number; readonly script: number; readonly style: number; readonly layout: number };
  /** What came on the wire to the page. */
  readonly bytesPerSecond: number;
}

/** Watches a page that is streaming. */
export async function watchPage(page: Page, cdp: CDPSession, milliseconds: number): Promise<Streaming> {
  let bytes = 0;
  const count = ({ dataLength }: { dataLength: number }): void => {
    bytes += dataLength;
  };
  cdp.on("Network.dataReceived", count);
  await page.evaluate(watchFrames);
  const before = await metricsOf(cdp);
  const began = performance.now();
  await wait(milliseconds);
  const after = await metricsOf(cdp);
  const seconds = (performance.now() - began) / 1000;
  const frames = await page.evaluate(takeFrames);
  cdp.off("Network.dataReceived", count);
  const share = (name: string) => ((after.get(name) ?? 0) - (before.get(name) ?? 0)) / seconds;
  return {
    frames,
    seconds,
    busy: {
      all: share("TaskDuration"),
      script: share("ScriptDuration"),
      style: share("RecalcStyleDuration"),
      layout: share("LayoutDuration"),
    },
    bytesPerSecond: bytes / seconds,
  };
}

async function metricsOf(cdp: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

export interface Rates {
  /** Messages a second, all channels together, and those of books alone. */
  readonly messages: number;
  readonly books: number;
  /** Levels in them. */
  readonly levels: number;
  readonly trades: number;
}

/** What a stream of these terms brings: opened beside the page's own for so long. */
export async function ratesOf(api: Api, request: SubscribeRequest, milliseconds: number): Promise<Rates> {
  const books = new Set(
    request.subscriptions.filter(({ channel }) => channel === Channel.BOOK).map(({ subscriptionId }) => subscriptionId),
  );
  const ending = new AbortController();
  const counted = { messages: 0, books: 0, levels: 0, trades: 0 };
  const fresh = { subscriptions: request.subscriptions.map((one) => ({ ...one, cursor: "" })) };
  let began: number | undefined;
  try {
    for await (const { subscriptionId, content } of api.stream.subscribe(fresh, {
      signal: ending.signal,
      timeoutMs: 0,
    })) {
      if (began === undefined) {
        began = performance.now();
        setTimeout(() => ending.abort(), milliseconds);
      }
      if (content.case !== "update") continue;
      const { book, trades = [] } = content.value.contents ?? {};
      counted.messages += 1;
      if (books.has(subscriptionId)) counted.books += 1;
      counted.levels += (book?.bids.length ?? 0) + (book?.asks.length ?? 0);
      counted.trades += trades.length;
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  }
  const seconds = (performance.now() - (began ?? 0)) / 1000;
  return {
    messages: counted.messages / seconds,
    books: counted.books / seconds,
    levels: counted.levels / seconds,
    trades: counted.trades / seconds,
  };
}
