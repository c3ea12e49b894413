import { OrderStatus, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, type Locator, type Page } from "@playwright/test";
import { readDesk } from "./desk-figures.ts";
import { DeskPage } from "./desk-page.ts";
import { floorTo, product, quotient } from "./exact.ts";
import { ownPlatform } from "./platform.ts";
import { ACCOUNT, balancesOf, ordersOf, placeLimit, written } from "./server-truth.ts";
import { ask, bid, StillMarket } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

/** A market of its own whose best prices are 99.90 and 100.11, and a desk that shows it. */
async function openMarket(page: Page, base: string, takerFee?: string): Promise<DeskPage> {
  const market = new StillMarket(base, () => stage.atlas);
  await market.define(takerFee);
  await market.play([bid("99.9", "10"), bid("99.8", "20"), ask("100.11", "10"), ask("100.2", "20")]);
  const desk = new DeskPage(page);
  await desk.openOn(stage, market.instrumentId);
  return desk;
}

async function openInstrument(desk: DeskPage, instrumentId: string): Promise<void> {
  await desk.page.goto(`${stage.url}/?instrument=${instrumentId}`);
  await desk.ready();
}

/** Fails when a stepper's Shift counts for nothing, and when `k` is a hundred. */
test("C20: the button says what it will do; steppers go by tick and lot, with Shift by ten; k and m are understood", async ({
  page,
}) => {
  const desk = await openMarket(page, "STP");
  const step = (name: string) => desk.ticket.getByRole("button", { name, exact: true });
  await desk.fillLimit("Sell", "2k", "100");
  await expect(desk.send).toHaveText("Sell 2,000 STP at 100.00");
  await desk.quantity.fill("1.5m");
  await expect(desk.send).toHaveText("Sell 1,500,000 STP at 100.00");
  await step("Price up").click();
  await expect(desk.price).toHaveValue("100.01");
  await step("Price up").click({ modifiers: ["Shift"] });
  await expect(desk.price).toHaveValue("100.11");
  await step("Price down").click();
  await expect(desk.price).toHaveValue("100.1");
  await desk.quantity.fill("0.5");
  await step("Quantity up").click();
  await expect(desk.quantity).toHaveValue("0.5001");
  await step("Quantity down").click({ modifiers: ["Shift"] });
  await expect(desk.quantity).toHaveValue("0.4991");
  await expect(desk.send).toHaveText("Sell 0.4991 STP at 100.10");
  await desk.choose("Buy");
  await expect(desk.send).toHaveText("Buy 0.4991 STP at 100.10");
});

/** Fails when the defaults of one instrument are another's. */
test("C20: what was chosen last is remembered for each instrument", async ({ page }) => {
  const desk = await openMarket(page, "MEM");
  const lasts = desk.ticket.getByRole("combobox", { name: "Lasts" });
  await desk.fillLimit("Buy", "0.25", "90");
  await lasts.selectOption({ label: "DAY · until 00:00 UTC" });
  await desk.ticket.getByRole("checkbox", { name: "Post-only" }).check();
  await desk.send.click();
  await expect(desk.order("buy 0.25 MEM-USD at 90.00")).toHaveCount(1);
  await openInstrument(desk, "BTC-USD");
  await expect(desk.quantity).toHaveValue("");
  await expect(lasts.getByRole("option", { selected: true })).toHaveText(/^GTC/);
  await openInstrument(desk, "MEM-USD");
  await expect(desk.quantity).toHaveValue("0.25");
  await expect(lasts.getByRole("option", { selected: true })).toHaveText(/^DAY/);
  await expect(desk.ticket.getByRole("checkbox", { name: "Post-only" })).toBeChecked();
  // A price is of its moment.
  await expect(desk.price).toHaveValue("");
});

/** Fails when a market order keeps the limit order's lifetime, which the platform refuses. */
test("C20, C30: a market order takes what stands there, and is among the fills at its average price", async ({
  page,
}) => {
  const desk = await openMarket(page, "MKT");
  await desk.choose("Market");
  await expect(desk.price).toHaveCount(0);
  await desk.quantity.fill("12");
  await expect(desk.send).toHaveText("Buy 12 MKT at market");
  await desk.send.click();
  await expect(desk.available("MKT")).toHaveText("12.0000");
  const [order] = (await ordersOf(stage.atlas, false)).filter(({ instrumentId }) => instrumentId === "MKT-USD");
  expect([order?.status, order?.type, order?.timeInForce]).toEqual([
    OrderStatus.FILLED,
    OrderType.MARKET,
    TimeInForce.IOC,
  ]);
  expect(order?.averagePrice).toMatch(/^100\.125/);
  await page.getByRole("tab", { name: "Order history" }).click();
  const row = page.getByRole("table", { name: "Order history" }).getByRole("row").filter({ hasText: "MKT-USD" });
  await expect(row).toContainText("Filled");
  await expect(row).toContainText(written(order?.averagePrice ?? "", 2));
});

/** Fails when passive and aggressive are each other's price, and when a seller's mid is rounded to the buyers' side. */
test("C22: passive, mid and aggressive are the bid, middle and ask of the depth that is shown", async ({ page }) => {
  const desk = await openMarket(page, "STA");
  const { depth } = await readDesk(page);
  expect([depth.bids[0]?.split(" ")[0], depth.mid, depth.asks.at(-1)?.split(" ")[0]]).toEqual([
    "99.90",
    "100.005",
    "100.11",
  ]);
  const expected = { Buy: ["99.9", "100", "100.11"], Sell: ["100.11", "100.01", "99.9"] } as const;
  for (const side of ["Buy", "Sell"] as const) {
    await desk.choose(side);
    for (const [index, stance] of ["Passive", "Mid", "Aggressive"].entries()) {
      await desk.ticket.getByRole("button", { name: stance, exact: true }).click();
      await expect(desk.price).toHaveValue(expected[side][index] ?? "");
    }
  }
});

/** Fails when fees are left out of what a share of the funds buys, and when a seller's share is of dollars. */
test("C22: a percentage buys or sells that part of what is available, fees in, in whole lots", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const { instrument } = await stage.atlas.instruments.getInstrument({ instrumentId: "BTC-USD" });
  const { takerFee = "", lot = "" } = instrument ?? {};
  const [dollars = ""] = (await balancesOf(stage.atlas)).get("USD") ?? [];
  const [bitcoin = ""] = (await balancesOf(stage.atlas)).get("BTC") ?? [];
  await desk.fillLimit("Buy", "", "45000");
  const each = product("45000", String(1 + Number(takerFee)));
  for (const percent of ["10", "25", "50", "75", "100"]) {
    await desk.ticket.getByRole("button", { name: `${percent} %`, exact: true }).click();
    const funds = quotient(product(dollars, percent), "100");
    await expect(desk.quantity).toHaveValue(floorTo(quotient(funds, each), lot));
  }
  await desk.choose("Sell");
  await desk.ticket.getByRole("button", { name: "50 %", exact: true }).click();
  await expect(desk.quantity).toHaveValue(floorTo(quotient(bitcoin, "2"), lot));
  // All of it is neither too much nor less than could be had.
  await desk.choose("Buy");
  await desk.ticket.getByRole("button", { name: "100 %", exact: true }).click();
  await expect(previewed(desk, "Needs")).toContainText("USD");
  await expect(desk.quantity).toHaveAccessibleDescription("");
});

/** Fails when a market order's collar, its tick or its fee is left out of what a share of the funds buys. */
test("C22: a percentage of a market order is reckoned at its collar, fees in, and is neither too much nor less than could be had", async ({
  page,
}) => {
  const desk = await openMarket(page, "PCT", "0.002");
  const [dollars = ""] = (await balancesOf(stage.atlas)).get("USD") ?? [];
  await desk.choose("Market");
  // A collar of a fifth above the best ask, on a tick.
  const each = product(floorTo(product("100.11", "1.2"), "0.01"), "1.002");
  for (const percent of ["25", "100"]) {
    await desk.ticket.getByRole("button", { name: `${percent} %`, exact: true }).click();
    const quantity = floorTo(quotient(quotient(product(dollars, percent), "100"), each), "0.0001");
    await expect(desk.quantity).toHaveValue(quantity);
    await expect(previewed(desk, "Needs")).toHaveText(`${written(product(quantity, each), 2)} USD`);
    await expect(desk.quantity).toHaveAccessibleDescription("");
  }
  await desk.ticket.getByRole("button", { name: "10 %", exact: true }).click();
  await desk.quantity.fill("5");
  await desk.send.click();
  await expect(desk.available("PCT")).toHaveText("5.0000");
  await desk.choose("Sell");
  await desk.ticket.getByRole("button", { name: "50 %", exact: true }).click();
  await expect(desk.quantity).toHaveValue("2.5");
});

/** Fails when fees are left out of the preview, and when the fills tell none. */
test("C21, C30: fees are previewed as they are charged, and stand with the fill", async ({ page }) => {
  const desk = await openMarket(page, "FEE", "0.002");
  await desk.fillLimit("Buy", "12", "100.11");
  // Ten are there to be had, two would rest.
  const fees = product(product("10", "100.11"), "0.002");
  await expect(previewed(desk, "Fees")).toHaveText(`${written(fees, 2)} USD`);
  const needs = product(product("12", "100.11"), "1.002");
  await expect(previewed(desk, "Needs")).toHaveText(`${written(needs, 2)} USD`);
  await desk.send.click();
  await expect(desk.available("FEE")).toHaveText("10.0000");
  const [order] = (await ordersOf(stage.atlas, false)).filter(({ instrumentId }) => instrumentId === "FEE-USD");
  expect(order?.fees).toBe(fees);
  await page.getByRole("tab", { name: "Fills" }).click();
  const fill = page.getByRole("table", { name: "Fills" }).getByRole("row").filter({ hasText: "FEE-USD" });
  await expect(fill).toContainText(written(fees, 2));
});

/** Fails when the preview is asked for once, and when it is asked for as often as the market moves. */
test("C21: the preview follows the market, but seldom", async ({ page }) => {
  const market = new StillMarket("LIV", () => stage.atlas);
  await market.define();
  await market.play([bid("99.9", "10"), ask("100.11", "10"), ask("100.2", "20")]);
  const desk = new DeskPage(page);
  await desk.openOn(stage, market.instrumentId);
  const asked: number[] = [];
  await page.route("**/PreviewOrder", (route) => {
    asked.push(performance.now());
    return route.continue();
  });
  await desk.fillLimit("Buy", "5", "101");
  await expect(previewed(desk, "Average price")).toHaveText("100.11 USD");
  await market.play([ask("100.11", "0")]);
  await expect(previewed(desk, "Average price")).toHaveText("100.20 USD");
  const [before, began] = [asked.length, performance.now()];
  for (let move = 1; move <= 30; move += 1)
    await market.play([ask("100.15", String(move % 2)), ask("100.2", String(move))]);
  // The last move's preview may still be to come.
  await expect.poll(() => asked.length).toBeGreaterThan(before);
  await expect(previewed(desk, "Average price")).toHaveText("100.20 USD");
  const most = Math.ceil((performance.now() - began) / 500) + 1;
  expect(asked.length - before).toBeLessThanOrEqual(most);
});

/** A figure of the preview. */
function previewed(desk: DeskPage, term: string): Locator {
  const named = desk.page.getByRole("term").filter({ hasText: new RegExp(`^${term}$`) });
  return desk.ticket.locator("dl > div").filter({ has: named }).getByRole("definition");
}

/** Fails when the preview is asked for another side than the ticket's, and when its answer to earlier terms is shown. */
test("C21: the preview shows what PreviewOrder answers", async ({ page }) => {
  const desk = await openMarket(page, "PRE");
  for (const [quantity, limitPrice] of [
    ["15", "100.2"],
    ["3.25", "99.5"],
  ] as const) {
    await desk.fillLimit("Buy", quantity, limitPrice);
    const order = {
      ...{ instrumentId: "PRE-USD", side: Side.BUY, type: OrderType.LIMIT, timeInForce: TimeInForce.GTC },
      ...{ quantity, limitPrice },
    };
    const preview = await stage.atlas.orders.previewOrder({ accountId: ACCOUNT, order });
    await expect(previewed(desk, "Needs")).toHaveText(`${written(preview.required?.amount ?? "", 2)} USD`);
    await expect(previewed(desk, "Average price")).toHaveText(`${written(preview.averagePrice, 2)} USD`);
    await expect(previewed(desk, "Fees")).toHaveText(`${written(preview.estimatedFees?.amount ?? "", 2)} USD`);
    for (const { asset, available } of preview.balancesAfter) {
      await expect(previewed(desk, `${asset} after`)).toHaveText(written(available, asset === "USD" ? 2 : 4));
    }
  }
});

/** Fails when warnings of a kind are left out, and when the preview's refusal is. */
test("C21: the preview warns of a high notional, a low buffer and a fat finger, and says what would be blocked", async ({
  page,
}) => {
  const desk = await openMarket(page, "WRN");
  const [dollars = ""] = (await balancesOf(stage.atlas)).get("USD") ?? [];
  await desk.fillLimit("Buy", "6k", "99.9");
  await expect(desk.ticket).toContainText(/High notional.*599,400/);
  await expect(desk.ticket).not.toContainText("Low buffer");
  await desk.quantity.fill(floorTo(quotient(product(dollars, "0.95"), "99.9"), "1"));
  await expect(desk.ticket).toContainText(/Low buffer/);
  await desk.fillLimit("Buy", "1", "130");
  await expect(desk.ticket).toContainText(/Fat finger.*130/);
  await expect(desk.ticket).not.toContainText("High notional");
  // Within the limit of a million for an order, but not within what is left of it.
  await placeLimit(stage.atlas, "1", "45000");
  await desk.fillLimit("Buy", "9900", "101");
  const [left = ""] = (await balancesOf(stage.atlas)).get("USD") ?? [];
  const needs = `Needs 999,900.00 USD, ${written(left, Math.max(2, left.split(".")[1]?.length ?? 0))} available.`;
  await expect(desk.quantity).toHaveAccessibleDescription(needs);
  await desk.fillLimit("Buy", "1", "99.9");
  await expect(desk.ticket).not.toContainText(/High notional|Low buffer|Fat finger/);
  await expect(desk.quantity).toHaveAccessibleDescription("");
});
