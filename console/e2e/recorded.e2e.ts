import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { expect } from "@playwright/test";
import { readDesk } from "./desk-figures.ts";
import { DeskPage } from "./desk-page.ts";
import { expectTrue } from "./desk-truth.ts";
import { Follower, positionOf } from "./follower.ts";
import { ownPlatform } from "./platform.ts";
import { ACCOUNT } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform(["--market", "recorded"]);
const FILE = join(import.meta.dirname, "../../examples/market/binance_spot_btcusdt_20240808.gz");
const INSTRUMENT = "BTC-USDT";
const PLACES = { price: 2, quantity: 5, base: "BTC", quote: "USDT", average: 20 };

/** Every price of the recording, as it is written on the desk. */
function recordedPrices(): ReadonlySet<string> {
  const prices = new Set<string>();
  for (const [, price = ""] of gunzipSync(readFileSync(FILE))
    .toString()
    .matchAll(/"(\d{5}\.\d{2})\d*"/g)) {
    prices.add(`${price.slice(0, 2)},${price.slice(2)}`);
  }
  return prices;
}

/** Fails when the depth keeps levels that the recording took away. */
test("C01, C11, C12, C13: a recorded market's depth, tape and candle are those of the recording and of the platform's answers", async ({
  page,
}) => {
  const followed = { instrumentId: INSTRUMENT, interval: CandleInterval.MINUTE, accountId: ACCOUNT };
  const follower = await Follower.of(stage.atlas, followed);
  const desk = new DeskPage(page);
  await desk.openOn(stage, INSTRUMENT);
  await expect.poll(async () => (await readDesk(page)).tape.rows.length).toBeGreaterThan(10);
  const drawn = await readDesk(page);
  const panels = [drawn.depth, drawn.tape, drawn.ticker, drawn.last, drawn.candle];
  const position = Math.max(...panels.map(({ cursor }) => positionOf(cursor)));
  await expect.poll(() => follower.known.market, { message: "the market goes on" }).toBeGreaterThanOrEqual(position);
  expectTrue(drawn, follower, PLACES);
  const prices = recordedPrices();
  const { depth, tape } = drawn;
  for (const level of [...depth.bids, ...depth.asks]) expect(prices).toContain(level.split(" ")[0]);
  for (const { cells } of tape.rows) expect(prices).toContain(cells[0]?.text.split(" ")[1]);
  const { candles, cursor } = await stage.atlas.market.listCandles({
    ...{ instrumentId: INSTRUMENT, interval: CandleInterval.MINUTE },
  });
  await expect.poll(() => follower.known.market).toBeGreaterThanOrEqual(positionOf(cursor));
  expect(follower.candlesAt(positionOf(cursor)).at(-1)).toEqual(candles.at(-1));
  follower.stop();
});
