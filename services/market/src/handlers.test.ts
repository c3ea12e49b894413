import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import {
  GetBookRequestSchema,
  GetTickerRequestSchema,
  ListCandlesRequestSchema,
  ListTradesRequestSchema,
} from "@atlas/gen/atlas/market/v1/market_service_pb";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { CandleHistory } from "./candle-history.ts";
import type { MarketReadContext } from "./context.ts";
import { getBook } from "./get-book.ts";
import { getTicker } from "./get-ticker.ts";
import { listCandles } from "./list-candles.ts";
import { listTrades } from "./list-trades.ts";
import { delta, level, marketWorld, snapshot, trade } from "./market.fixture.ts";

const BTC = "BTC-USD";

async function servedWorld() {
  const world = marketWorld();
  const view = await world.startView();
  await world.write(BTC, snapshot);
  const context: MarketReadContext = {
    view,
    history: new CandleHistory(world.store),
    clock: world.clock,
    isDefined: (instrumentId) => instrumentId === BTC || instrumentId === "NEW-USD",
    deadline: world.clock.monotonic() + 1_000,
  };
  return { ...world, view, context };
}

type CandlesInit = Exclude<MessageInitShape<typeof ListCandlesRequestSchema>, { $typeName: string }>;

const bookRequest = (init: MessageInitShape<typeof GetBookRequestSchema>) => create(GetBookRequestSchema, init);

describe("reads", () => {
  test("GetBook shows 20 levels a side unless asked for others, with its position", async () => {
    const { context, write } = await servedWorld();
    const bids = Array.from({ length: 30 }, (_, index) => level(String(100 - index), "1"));
    await write(BTC, delta(bids));
    const answer = await getBook(bookRequest({ instrumentId: BTC }), context);
    expect(answer.book?.bids).toHaveLength(20);
    expect(answer.cursor).toBe("BTC-USD:2");
    expect((await getBook(bookRequest({ instrumentId: BTC, depth: 25 }), context)).book?.bids).toHaveLength(25);
  });

  test("an instrument without events yet has an empty book; an unknown one is NOT_FOUND", async () => {
    const { context } = await servedWorld();
    expect((await getBook(bookRequest({ instrumentId: "NEW-USD" }), context)).cursor).toBe("NEW-USD:0");
    await expect(getBook(bookRequest({ instrumentId: "XYZ" }), context)).rejects.toMatchObject({
      refusal: { reason: Reason.UNKNOWN_INSTRUMENT, field: "instrument_id" },
    });
  });

  test("S22: not_before waits for its position, until the deadline", async () => {
    const { context, clock, write } = await servedWorld();
    const early = getTicker(create(GetTickerRequestSchema, { instrumentId: BTC, notBefore: "BTC-USD:2" }), context);
    const never = getTicker(create(GetTickerRequestSchema, { instrumentId: BTC, notBefore: "BTC-USD:9" }), context);
    const refused = expect(never).rejects.toMatchObject({ refusal: { reason: Reason.NOT_READY } });
    await write(BTC, trade("100", "1"));
    expect((await early).ticker).toMatchObject({ last: "100", sequence: 2n });
    await clock.advance(1_000);
    await refused;
  });

  test.each(["ETH-USD:1", "BTC-USD", "BTC-USD:-1", "BTC-USD:1x", "oms/3:4"])(
    "not_before %s is refused",
    async (notBefore) => {
      const { context } = await servedWorld();
      await expect(getBook(bookRequest({ instrumentId: BTC, notBefore }), context)).rejects.toMatchObject({
        refusal: { reason: Reason.INVALID_FIELD, field: "not_before" },
      });
    },
  );

  test("ListTrades pages newest first, each once while more come", async () => {
    const { context, write } = await servedWorld();
    for (let index = 1; index <= 25; index++) await write(BTC, trade(String(index), "1"));
    const seen: string[] = [];
    let pageToken = "";
    do {
      const request = create(ListTradesRequestSchema, { instrumentId: BTC, pageSize: 10, pageToken });
      const page = await listTrades(request, context);
      seen.push(...page.trades.map((one) => one.price));
      pageToken = page.nextPageToken;
      await write(BTC, trade("1000", "1"));
    } while (pageToken !== "");
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => String(25 - index)));
  });

  test("a page token of another list is refused", async () => {
    const { context, write } = await servedWorld();
    await write(BTC, trade("1", "1"), trade("2", "1"));
    const page = await listTrades(create(ListTradesRequestSchema, { instrumentId: BTC, pageSize: 1 }), context);
    for (const pageToken of [page.nextPageToken.slice(1), "x", "ä"]) {
      await expect(
        listTrades(create(ListTradesRequestSchema, { instrumentId: BTC, pageToken }), context),
      ).rejects.toMatchObject({ refusal: { reason: Reason.BAD_PAGE_TOKEN } });
    }
    const other = create(ListTradesRequestSchema, { instrumentId: "NEW-USD", pageToken: page.nextPageToken });
    await expect(listTrades(other, context)).rejects.toMatchObject({ refusal: { reason: Reason.BAD_PAGE_TOKEN } });
  });
});

describe("ListCandles", () => {
  /** 5,000 seconds with a trade each: more than memory holds, images on the way. */
  async function longWorld() {
    const world = await servedWorld();
    const start = world.writer.time;
    for (let second = 0; second < 5_000; second += 100) {
      const events = Array.from({ length: 100 }, (_, index) => {
        world.writer.time = start + (second + index) * 1_000;
        return world.writer.event(BTC, trade(String(1 + second + index), "1"));
      });
      await world.append(events);
      await world.clock.advance(100_000);
    }
    return { ...world, start };
  }

  async function pages(request: CandlesInit, context: MarketReadContext) {
    const found: number[][] = [];
    let pageToken = "";
    do {
      const page = await listCandles(create(ListCandlesRequestSchema, { ...request, pageToken }), context);
      found.push(page.candles.map((candle) => millisecondsOf(candle.startTime) ?? 0));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return found;
  }

  test("pages go forwards from start_time, through the store and memory, without a hole or repeat", async () => {
    const { context, start } = await longWorld();
    const request = {
      instrumentId: BTC,
      interval: CandleInterval.SECOND,
      startTime: timestampOf(start + 10_000),
      endTime: timestampOf(start + 4_990_000),
      pageSize: 700,
    };
    const found = await pages(request, context);
    expect(found.flat()).toEqual(Array.from({ length: 4_980 }, (_, index) => start + 10_000 + index * 1_000));
  });

  test("without start_time the first page is the newest, and pages go back in time", async () => {
    const { context, start } = await longWorld();
    const found = await pages({ instrumentId: BTC, interval: CandleInterval.SECOND, pageSize: 900 }, context);
    expect(found[0]?.at(-1)).toBe(start + 4_999_000);
    expect(found.reverse().flat()).toEqual(Array.from({ length: 5_000 }, (_, index) => start + index * 1_000));
  });
});
