import { requestId } from "@atlas/cli/client/request-id";
import { type Candle, CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, type Locator, type Page } from "@playwright/test";
import { linesOf, pixelsOf } from "./chart-pixels.ts";
import { readDesk } from "./desk-figures.ts";
import { DeskPage } from "./desk-page.ts";
import { isAbove } from "./exact.ts";
import { ownPlatform } from "./platform.ts";
import { ACCOUNT, placeLimit, written } from "./server-truth.ts";
import { ask, bid, StillMarket, taker } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
const INTERVALS = [
  ["1s", CandleInterval.SECOND],
  ["1m", CandleInterval.MINUTE],
  ["5m", CandleInterval.FIVE_MINUTES],
  ["15m", CandleInterval.FIFTEEN_MINUTES],
  ["1h", CandleInterval.HOUR],
  ["4h", CandleInterval.FOUR_HOURS],
  ["1d", CandleInterval.DAY],
] as const;
const FIGURES = ["Open", "High", "Low", "Close", "Volume"] as const;

/** A market of its own, and a desk that shows it. */
async function openMarket(
  page: Page,
  base: string,
): Promise<{ readonly desk: DeskPage; readonly market: StillMarket }> {
  const market = new StillMarket(base, () => stage.atlas);
  await market.define();
  await market.play([bid("99.9", "10"), bid("99.5", "50"), ask("100.1", "10"), ask("100.6", "50")]);
  const desk = new DeskPage(page);
  await desk.openOn(stage, market.instrumentId);
  return { desk, market };
}

function chartOf(page: Page): Locator {
  return page.getByRole("group", { name: /^Candles of / });
}

/** What the legend tells of the candle under the crosshair, or the newest. */
async function told(page: Page): Promise<readonly string[]> {
  const { candle } = await readDesk(page);
  return FIGURES.map((name) => (candle.values[name] ?? "").replace(/^[▲▼]\s*/, ""));
}

async function candlesOf({ instrumentId }: StillMarket, interval: CandleInterval): Promise<readonly Candle[]> {
  const { candles } = await stage.atlas.market.listCandles({ instrumentId, interval });
  return candles;
}

function words(candle: Candle | undefined): readonly string[] {
  if (candle === undefined) return [];
  const { open, high, low, close, volume } = candle;
  return [...[open, high, low, close].map((price) => written(price, 2)), written(volume, 4)];
}

/** Fails when high and low are each other's, and when minutes are asked for whatever was chosen. */
test("C13: candles of every length from a second to a day tell what the platform answers", async ({ page }) => {
  const { market } = await openMarket(page, "LEN");
  await market.play(
    [],
    [taker(Side.BUY, "0.5"), taker(Side.BUY, "12"), taker(Side.SELL, "11"), taker(Side.BUY, "1.25")],
  );
  // Another second: its candle is not the minute's.
  await expect(async () => {
    await market.play([], [taker(Side.BUY, "0.25")]);
    expect((await candlesOf(market, CandleInterval.SECOND)).length).toBeGreaterThanOrEqual(2);
  }).toPass({ intervals: [300] });
  for (const [label, interval] of INTERVALS) {
    await page.getByText(label, { exact: true }).click();
    const [newest] = (await candlesOf(market, interval)).slice(-1);
    await expect.poll(() => told(page), label).toEqual(words(newest));
    await expect(chartOf(page).locator("canvas").first()).toBeVisible();
  }
  const [open = "", high = "", low = "", close = ""] = await told(page);
  expect([open, high, low, close]).toEqual(["100.10", "100.60", "99.50", "100.60"]);
});

/** Fails when the arrow goes the other way, and when Escape leaves the crosshair where it was. */
test("C13: the keyboard moves the crosshair, and the legend tells the candle under it", async ({ page }) => {
  const { market } = await openMarket(page, "CRO");
  await page.getByText("1s", { exact: true }).click();
  // A trade of another size in each of three seconds.
  let trades = 0;
  await expect(async () => {
    trades += 1;
    await market.play([], [taker(Side.BUY, `0.0${trades}`)]);
    expect((await candlesOf(market, CandleInterval.SECOND)).length).toBeGreaterThanOrEqual(3);
  }).toPass({ intervals: [400] });
  const candles = await candlesOf(market, CandleInterval.SECOND);
  await expect.poll(() => told(page)).toEqual(words(candles.at(-1)));
  await chartOf(page).focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => told(page)).toEqual(words(candles.at(-2)));
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => told(page)).toEqual(words(candles.at(-3)));
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => told(page)).toEqual(words(candles.at(-2)));
  await page.keyboard.press("Escape");
  await expect.poll(() => told(page)).toEqual(words(candles.at(-1)));
  expect(candles.every(({ volume }) => isAbove(volume, "0"))).toBe(true);
});

/** Fails when own orders are drawn as no lines, when they stay once canceled, and when own fills have no marks. */
test("C13: own orders are lines and own fills are marks", async ({ page }) => {
  const { desk, market } = await openMarket(page, "OWN");
  // Rising, so that nothing of the falling's colour is there; the last price has a line of its own.
  await market.play([], [taker(Side.SELL, "0.1"), taker(Side.BUY, "0.1")]);
  await expect.poll(() => told(page)).toContain("100.10");
  await expect.poll(() => linesOf(page, "--up")).toBe(1);
  await placeLimit(stage.atlas, "0.5", "100", market.instrumentId);
  await expect.poll(() => linesOf(page, "--up")).toBe(2);
  await desk.cancel("buy 0.5 OWN-USD at 100.00").click();
  await expect.poll(() => linesOf(page, "--up")).toBe(1);

  await expect.poll(() => pixelsOf(page, "--down")).toBe(0);
  const amount = { asset: "OWN", amount: "1" };
  await stage.atlas.accounts.depositFunds({ requestId: requestId(), accountId: ACCOUNT, amount });
  const terms = {
    side: Side.SELL,
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.GTC,
    quantity: "1",
    limitPrice: "100.05",
  };
  const order = { instrumentId: market.instrumentId, ...terms };
  await stage.atlas.orders.submitOrder({ requestId: requestId(), accountId: ACCOUNT, order });
  await expect.poll(() => linesOf(page, "--down")).toBe(1);
  // A buyer takes all of it: the candle still rises, and the seller has a mark.
  await market.play([], [taker(Side.BUY, "1")]);
  await expect(desk.working.getByRole("button", { name: /^Cancel: / })).toHaveCount(0);
  await expect.poll(() => linesOf(page, "--down")).toBe(0);
  await expect.poll(() => pixelsOf(page, "--down")).toBeGreaterThan(20);
});
