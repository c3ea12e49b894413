import { requestId } from "@atlas/cli/client/request-id";
import { OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, type Locator, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { ask, bid, StillMarket } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

/** Places an order from elsewhere: the desk hears of it by the stream alone. */
async function place(type: OrderType, instrumentId: string, quantity: string, limitPrice = ""): Promise<void> {
  const order = { instrumentId, side: Side.BUY, timeInForce: TimeInForce.IOC, type, quantity, limitPrice };
  await stage.atlas.orders.submitOrder({ requestId: requestId(), accountId: "demo", order });
}

function messagesOf(page: Page): Locator {
  return page.getByRole("log", { name: "Messages" });
}

// Fails when balances that are not known yet are shown as zero, and when a list of which nothing is known says it is empty.
test("C01: before anything is known there are dashes and quiet skeletons, never a zero or an empty list", async ({
  page,
}) => {
  await page.route("**/atlas.stream.v1.StreamService/Subscribe", () => {});
  await page.goto(await stage.link());
  await expect(page.getByRole("form", { name: "Order in BTC-USD" })).toBeVisible();
  for (const name of ["Balances", "Working orders", "Trades"]) {
    await expect(page.getByRole("group", { name })).toHaveAttribute("aria-busy", "true");
  }
  await expect(page.getByText(/^No (working orders|trade yet)/)).toHaveCount(0);
  await expect(page.getByText("This account holds nothing yet")).toHaveCount(0);
  const figures = await page.locator(".figure:not(input):not(th)").allInnerTexts();
  const told = figures.map((text) => text.trim()).filter((text) => /\d/.test(text));
  expect(told).toEqual([]);
});

// Fails when every fill has a message of its own, and when five of them are shown.
test("C30: own fills are told in a few words, those of an order together, three messages at most", async ({ page }) => {
  const market = new StillMarket("FEW", () => stage.atlas);
  await market.define();
  await market.play([bid("99", "10"), ask("100", "2"), ask("102", "20")]);
  const { instrumentId } = market;
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await expect(messagesOf(page)).toBeEmpty();
  await place(OrderType.MARKET, instrumentId, "1");
  await expect(messagesOf(page).getByText("Bought 1 FEW at 100.00.", { exact: true })).toHaveCount(1);
  await place(OrderType.MARKET, instrumentId, "4");
  const together = "Bought 4 FEW at 101.50 on average, in 2 fills.";
  await expect(messagesOf(page).getByText(together, { exact: true })).toHaveCount(1);
  for (let count = 0; count < 4; count += 1) await place(OrderType.MARKET, instrumentId, "0.02");
  await expect(messagesOf(page).getByText(/^Bought 0\.02 FEW/)).toHaveCount(3);
  await expect(messagesOf(page).getByRole("button", { name: "Dismiss" })).toHaveCount(3);
});

// Fails when the person's own cancel is taken for the venue's.
test("C30: what the venue cancels is told, what the person cancels is not", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await desk.fillLimit("Buy", "0.1", "45000");
  await desk.send.click();
  await desk.cancel("buy 0.1 BTC-USD at 45,000.00").click();
  await expect(desk.order("buy 0.1 BTC-USD at 45,000.00")).toHaveCount(0);
  await place(OrderType.LIMIT, "BTC-USD", "0.7", "44000");
  await expect(messagesOf(page)).toContainText("The venue cancelled your order to buy 0.7 BTC");
  await expect(messagesOf(page).getByRole("button", { name: "Dismiss" })).toHaveCount(1);
});
