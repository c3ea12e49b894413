import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { ListCandlesRequestSchema, ListTradesRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { topics } from "@atlas/platform/topic/topics";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CandleHistory } from "./candle-history.ts";
import type { MarketReadContext } from "./context.ts";
import { listCandles } from "./list-candles.ts";
import { listTrades } from "./list-trades.ts";
import { delta, level, MIDNIGHT, marketWorld, snapshot, trade } from "./market.fixture.ts";
import type { MarketView } from "./market-view.ts";

const BTC = "BTC-USD";
const MARKET = topics.marketData.name;
const MINUTE = 60_000;
/** Long enough for an image. */
const OLD = 300_000;

type World = ReturnType<typeof marketWorld>;

/** A minute with a trade at its start and one in its middle. */
async function minute(world: World, number: number): Promise<void> {
  for (const second of [0, 30]) {
    world.writer.time = MIDNIGHT + number * MINUTE + second * 1_000;
    await world.write(BTC, trade(`${100 + number}`, "1"));
  }
}

/** Minutes 0 to 4, of which the log has nothing before the middle of minute 3. */
async function trimmedWorld(): Promise<World> {
  const world = marketWorld();
  await world.write(BTC, snapshot);
  for (let number = 0; number <= 4; number++) await minute(world, number);
  await world.log.trim(MARKET, 0, 8);
  return world;
}

/** Minute and trades of each candle that a client is shown. */
async function shown(
  world: World,
  view: MarketView,
  interval: CandleInterval = CandleInterval.MINUTE,
): Promise<string[]> {
  const request = create(ListCandlesRequestSchema, { instrumentId: BTC, interval });
  const { candles } = await listCandles(request, contextOf(world, view));
  return candles.map((one) => `${((millisecondsOf(one.startTime) ?? 0) - MIDNIGHT) / MINUTE}: ${one.tradeCount}`);
}

function contextOf({ store, clock }: World, view: MarketView): MarketReadContext {
  const history = new CandleHistory(store);
  return { view, history, clock, isDefined: () => true, deadline: clock.monotonic() + 1_000 };
}

async function keepImage(world: World): Promise<void> {
  await world.clock.advance(OLD);
  await world.write(BTC, delta([level("99", "1")]));
  await world.clock.advance(10);
}

test("S28: of an interval of whose trades some were trimmed there is no candle; the next ones are whole", async () => {
  const world = await trimmedWorld();
  const view = await world.startView();
  expect(await shown(world, view)).toEqual(["4: 2"]);
  expect(await shown(world, view, CandleInterval.DAY)).toEqual([]);
  const request = create(ListTradesRequestSchema, { instrumentId: BTC });
  const { trades } = await listTrades(request, contextOf(world, view));
  expect(trades.map(({ price }) => price)).toEqual(["104", "104", "103"]);
  await minute(world, 1_440);
  expect(await shown(world, view, CandleInterval.DAY)).toEqual(["1440: 2"]);
});

test("S7, S28: no price of a book of which levels are missing is stamped on a command", async () => {
  const world = await trimmedWorld();
  const view = await world.startView();
  await world.write(BTC, delta([level("99", "1")]));
  expect(view.market(BTC)?.bids.best?.price).toBe("99");
  expect(view.quote(BTC)).toMatchObject({ bid: "", ask: "", last: "104" });
});

test("S28: what is known of such an interval stays out after a restart, too", async () => {
  const world = await trimmedWorld();
  const view = await world.startView();
  await minute(world, 5);
  await keepImage(world);
  view.close();
  const again = await world.startView();
  await minute(world, 6);
  expect(await shown(world, again)).toEqual(["4: 2", "5: 2", "6: 2"]);
  expect(await shown(world, again, CandleInterval.HOUR)).toEqual([]);
  await minute(world, 61);
  expect(await shown(world, again, CandleInterval.HOUR)).toEqual(["60: 2"]);
});

test("S28: candles that stand in the store outlive a view that begins behind a trimmed log", async () => {
  const world = marketWorld();
  const view = await world.startView();
  await world.write(BTC, snapshot);
  for (let number = 0; number <= 3; number++) await minute(world, number);
  await keepImage(world);
  view.close();
  for (let number = 4; number <= 9; number++) await minute(world, number);
  await world.log.trim(MARKET, 0, 17);
  const again = await world.startView();
  const known = ["0: 2", "1: 2", "2: 2", "8: 2", "9: 2", "10: 2"];
  await minute(world, 10);
  expect(await shown(world, again)).toEqual(known);
  await keepImage(world);
  expect(await shown(world, again)).toEqual(known);
  again.close();
  expect(await shown(world, await world.startView())).toEqual(known);
});
