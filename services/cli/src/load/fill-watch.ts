import { setTimeout as sleep } from "node:timers/promises";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { isWorthRepeating } from "../client/failure.ts";
import type { LaneTerms } from "./lane.ts";

/** An account's fills as they come, for lanes whose calls do not tell them. */
export interface FillWatch {
  /** Every order of the table is filled. */
  readonly all: Promise<void>;
  /** Rejects when the stream cannot be had back. */
  readonly failed: Promise<never>;
  stop(): void;
}

/** Resolves once the stream stands, so that no fill is missed. Each order fills at once: its quantity is that of a match. */
export async function watchFills(terms: LaneTerms): Promise<FillWatch> {
  const { atlas, accountId, orders, retryFor } = terms;
  const stopping = new AbortController();
  let cursor = "";
  let lastContact = performance.now();
  let stands: () => void = () => {};
  const standing = new Promise<void>((resolve) => {
    stands = resolve;
  });

  async function read(): Promise<void> {
    const subscriptions = [{ subscriptionId: "fills", channel: Channel.FILLS, accountId, cursor }];
    const options = { timeoutMs: 0, signal: stopping.signal };
    for await (const { content, cursor: at } of atlas.stream.subscribe({ subscriptions }, options)) {
      lastContact = performance.now();
      const isPart = content.case === "snapshot" && !content.value.last;
      if (content.case !== "heartbeat" && !isPart) cursor = at;
      if (content.case === "resync") cursor = "";
      stands();
      if (content.case !== "snapshot" && content.case !== "update") continue;
      for (const fill of content.value.contents?.fills ?? []) orders.fill(fill.orderId, lastContact);
    }
  }

  async function follow(): Promise<never> {
    while (true) {
      try {
        await read();
      } catch (error) {
        if (stopping.signal.aborted) return new Promise<never>(() => {});
        if (!isWorthRepeating(error) || performance.now() - lastContact > retryFor) throw error;
      }
      await sleep(100);
    }
  }

  const failed = follow();
  failed.catch(() => {});
  const all = new Promise<void>((resolve) => {
    orders.onChange(() => {
      if (orders.filled === orders.count) resolve();
    });
  });
  await Promise.race([standing, failed]);
  return { all, failed, stop: () => stopping.abort() };
}
