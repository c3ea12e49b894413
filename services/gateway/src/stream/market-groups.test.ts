import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { expect, test } from "vitest";
import { MarketGroups } from "./market-groups.ts";
import type { MarketSource } from "./market-source.ts";

test("F22: groups that nobody watches are kept for half a minute, at most 64 of them: the oldest goes first", async () => {
  const clock = manualClock();
  const listening = new Set<string>();
  const source: Partial<MarketSource> = {
    market: () => undefined,
    subscribe: (instrumentId) => {
      listening.add(instrumentId);
      return () => void listening.delete(instrumentId);
    },
  };
  const groups = new MarketGroups(source as MarketSource, clock);
  const join = (instrumentId: string) => {
    const terms = { channel: Channel.TRADES, instrumentId, depth: 0, candleInterval: CandleInterval.UNSPECIFIED };
    return groups.join({ ...terms, maxUpdatesPerSecond: 0 }, undefined, { tell: () => {} });
  };
  join("WATCHED");
  for (let one = 0; one < 100; one++) join(`X-${one}`)();
  expect(listening.size).toBe(1 + 64);
  expect([listening.has("WATCHED"), listening.has("X-35"), listening.has("X-36")]).toEqual([true, false, true]);
  await clock.advance(30_000);
  expect([...listening]).toEqual(["WATCHED"]);
  groups.stop();
});
