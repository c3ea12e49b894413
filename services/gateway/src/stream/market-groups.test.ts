import {
  CandleInterval,
  type MarketEvent,
  MarketEventSchema,
  Phase,
  type Trade,
} from "@atlas/gen/atlas/market/v1/market_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { MarketMember } from "./market-group.ts";
import { MarketGroups } from "./market-groups.ts";
import type { LiveMarket, MarketListener, MarketSource } from "./market-source.ts";

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

/** One instrument's trades, each an event with the sequence for its price. */
function tapeWorld(maxUpdatesPerSecond: number) {
  const clock = manualClock();
  const trades: Trade[] = [];
  let listener: MarketListener = () => {};
  const market = { sequence: 0, trades } as unknown as LiveMarket & { sequence: number };
  const source: Partial<MarketSource> = {
    market: () => market,
    subscribe: (_, heard) => {
      listener = heard;
      return () => {};
    },
  };
  const groups = new MarketGroups(source as MarketSource, clock);
  const terms = { channel: Channel.TRADES, instrumentId: "X", depth: 0, candleInterval: CandleInterval.UNSPECIFIED };
  return {
    clock,
    /** The view holds these instead of what it had. */
    replace: (sequence: number) => {
      trades.splice(0);
      market.sequence = sequence;
    },
    trade: (sequence: number) => {
      const event = create(MarketEventSchema, {
        instrumentId: "X",
        sequence: BigInt(sequence),
        event: { case: "trade", value: { price: `${sequence}` } },
      });
      trades.push({ ...event.event.value, sequence: event.sequence } as Trade);
      market.sequence = sequence;
      listener(event, market);
    },
    /** What a member is told: kind, cursor, prices. */
    join: (after?: number) => {
      const told: string[] = [];
      const member: MarketMember = {
        tell: (cursor, _, content) => {
          const isTold = content.case === "snapshot" || content.case === "update";
          const prices = (isTold && content.value.contents?.trades.map(({ price }) => price)) || [];
          told.push([content.case, cursor, ...prices].join(" "));
        },
      };
      groups.join({ ...terms, maxUpdatesPerSecond }, after, member);
      return told;
    },
  };
}

test("a ticker is told when nothing of it but the session's high, low or volume has changed", () => {
  const ticker = { high: "101", low: "99", volume: "5" };
  let listener: MarketListener = () => {};
  const market = { sequence: 1, complete: true, ticker: () => ({ ...ticker }) } as unknown as LiveMarket;
  const source: Partial<MarketSource> = {
    market: () => market,
    subscribe: (_, heard) => {
      listener = heard;
      return () => {};
    },
  };
  const terms = { channel: Channel.TICKER, instrumentId: "X", depth: 0, candleInterval: CandleInterval.UNSPECIFIED };
  let told = 0;
  const member: MarketMember = { tell: () => void told++ };
  new MarketGroups(source as MarketSource, manualClock()).join({ ...terms, maxUpdatesPerSecond: 0 }, undefined, member);
  let sequence = 1n;
  const venueTells = (change: Partial<typeof ticker>) => {
    Object.assign(ticker, change);
    sequence += 1n;
    listener(create(MarketEventSchema, { instrumentId: "X", sequence, event: { case: "ticker", value: {} } }), market);
    return told;
  };
  const counts = [{}, {}, { high: "102" }, { low: "98" }, { volume: "6" }, {}].map(venueTells);
  expect(counts).toEqual([2, 2, 3, 4, 5, 5]);
});

const TICKER: MarketEvent["event"] = create(MarketEventSchema, { event: { case: "ticker", value: {} } }).event;
const PHASE: MarketEvent["event"] = create(MarketEventSchema, { event: { case: "phase", value: {} } }).event;

test.each([
  ["a ticker", Channel.TICKER, TICKER, "100", "101"],
  ["a state", Channel.MARKET_STATE, PHASE, Phase.CONTINUOUS, Phase.HALTED],
] as const)(
  "I11 I27: who joins a conflated stream of %s begins with what the others know, not with what nobody will be told",
  async (_, channel, event, first, second) => {
    const clock = manualClock();
    let listener: MarketListener = () => {};
    let sequence = 0n;
    let now: string | Phase = first;
    const market = {
      complete: true,
      ticker: () => ({ bid: now }),
      state: () => ({ phase: now }),
    } as unknown as LiveMarket;
    const source: Partial<MarketSource> = {
      market: () => market,
      subscribe: (_instrumentId, heard) => {
        listener = heard;
        return () => {};
      },
    };
    const groups = new MarketGroups(source as MarketSource, clock);
    const terms = { channel, instrumentId: "X", depth: 0, candleInterval: CandleInterval.UNSPECIFIED };
    const join = () => {
      const shown: unknown[] = [];
      const member: MarketMember = {
        tell: (_cursor, _time, { value }) => {
          const contents = value !== undefined && "contents" in value ? value.contents : undefined;
          shown.push(contents?.ticker?.bid ?? contents?.marketState?.phase);
        },
      };
      groups.join({ ...terms, maxUpdatesPerSecond: 1 }, undefined, member);
      return shown;
    };
    const becomes = (next: string | Phase) => {
      now = next;
      sequence += 1n;
      listener({ ...create(MarketEventSchema, { instrumentId: "X", sequence }), event }, market);
    };
    const early = join();
    becomes(first);
    becomes(second);
    const late = join();
    becomes(first);
    await clock.advance(1_000);
    expect([early.at(-1), late.at(-1)]).toEqual([first, first]);
    becomes(second);
    await clock.advance(1_000);
    expect([early.at(-1), late.at(-1)]).toEqual([second, second]);
    groups.stop();
  },
);

test.each([0, 2])(
  "S15: at a gap in the market streams are told to begin anew, and no cursor leads over it (%i a second)",
  async (perSecond) => {
    const { clock, trade, replace, join } = tapeWorld(perSecond);
    trade(1);
    const told = join();
    trade(2);
    await clock.advance(1_000);
    trade(3);
    trade(4);
    replace(7);
    trade(8);
    await clock.advance(1_000);
    trade(9);
    await clock.advance(1_000);
    expect(told.slice(0, 2)).toEqual(["snapshot X:1 1", "update X:2 2"]);
    expect(told.slice(told.indexOf("resync "))).toEqual(["resync ", "snapshot X:8 8", "update X:9 9"]);
    expect(join(2)).toEqual(["snapshot X:9 8 9"]);
    expect(join(8)).toEqual(["update X:9 9"]);
  },
);
