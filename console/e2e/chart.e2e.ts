import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { expect, type Locator, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { written } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

function chartOf(page: Page): Locator {
  return page.getByRole("group", { name: /^Candles of BTC-USD/ });
}

/** What the legend says of the candle told of. */
function told(page: Page, term: string): Locator {
  return page
    .getByRole("region", { name: "Chart" })
    .getByRole("definition")
    .and(page.locator(`dt:text-is("${term}") + dd`));
}

async function tradeOne(desk: DeskPage): Promise<void> {
  await desk.choose("Buy");
  await desk.choose("Market");
  await desk.quantity.fill("0.01");
  await desk.send.click();
  await expect(desk.available("BTC")).not.toHaveText("50.0000");
}

test("C13: a trade is seen in its candle, with the values that the server tells", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await tradeOne(desk);
  await expect(chartOf(page)).toHaveAccessibleName(/1 minute/);
  await page.getByText("1d", { exact: true }).click();
  const { candles } = await stage.atlas.market.listCandles({
    instrumentId: "BTC-USD",
    interval: CandleInterval.DAY,
    pageSize: 1,
  });
  const [candle] = candles;
  await expect(told(page, "Open")).toHaveText(written(candle?.open ?? "", 2));
  await expect(told(page, "Low")).not.toHaveText("—");
  await expect(told(page, "Volume")).not.toHaveText("—");
  await expect(told(page, "SMA 20")).toHaveText("—");
});

test("C13: the keyboard moves the crosshair, and each length from a second to a day draws", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await tradeOne(desk);
  for (const length of ["1s", "5m", "15m", "1h", "4h", "1d", "1m"]) {
    await page.getByText(length, { exact: true }).click();
    await expect(told(page, "Close")).not.toHaveText("—");
    await expect(chartOf(page).locator("canvas").first()).toBeVisible();
  }
  await page.getByText("1s", { exact: true }).click();
  await expect(told(page, "Close")).not.toHaveText("—");
  await chartOf(page).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(told(page, "Close")).not.toHaveText("—");
  await page.keyboard.press("Escape");
});
