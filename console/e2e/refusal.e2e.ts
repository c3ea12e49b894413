import { expect } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { cancel, cancelOpen, ordersOf, placeLimit } from "./server-truth.ts";
import { ask, bid, StillMarket } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
const TOO_MUCH = "Needs 450,225.00 USD, 99,550.00 available.";

// Seen failing with every refusal said below the ticket instead of beside its field.
test("C03: an order that is too much says by how much, beside its field, and nothing typed is lost", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  // Without a preview it is the order itself that is refused.
  await page.route("**/PreviewOrder", (route) => route.abort());
  await desk.signIn(await stage.link());
  await desk.fillLimit("Buy", "20", "45000");
  await desk.send.click();
  await expect(desk.reserved("USD")).toHaveText("900,450.00");
  await desk.quantity.fill("10");
  await desk.send.click();
  await expect(desk.quantity).toHaveAccessibleDescription(TOO_MUCH);
  await expect(desk.price).toHaveValue("45000");
  await expect(desk.quantity).toHaveValue("10");
  expect(await ordersOf(stage.atlas, true)).toHaveLength(1);
  await desk.quantity.fill("1");
  await expect(desk.quantity).toHaveAccessibleDescription("");
  await desk.send.click();
  await expect(desk.order("buy 1 BTC-USD at 45,000.00")).toHaveCount(1);
});

// Seen failing with the preview's refusal left out.
test("C03: the preview says it before the order is sent, as soon as it is typed", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const before = (await ordersOf(stage.atlas, false)).length;
  await desk.fillLimit("Sell", "25", "55000");
  await expect(desk.quantity).toHaveAccessibleDescription(
    "Worth 1,375,000.00; your limit for one order is 1,000,000.00.",
  );
  await desk.price.fill("55000.001");
  await expect(desk.price).toHaveAccessibleDescription(/steps? of 0\.01/);
  await expect(desk.send).toBeDisabled();
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before);
});

// Seen failing with a refusal taken away by every movement of money, and with the figures of when it was refused.
test("C03: a refusal for want of funds stays while it holds, by what is available now", async ({ page }) => {
  const desk = new DeskPage(page);
  await page.route("**/PreviewOrder", (route) => route.abort());
  await cancelOpen(stage.atlas);
  const large = await placeLimit(stage.atlas, "20", "45000");
  await desk.signIn(await stage.link());
  await expect(desk.reserved("USD")).toHaveText("900,450.00");
  await desk.fillLimit("Buy", "10", "45000");
  await desk.send.click();
  await expect(desk.quantity).toHaveAccessibleDescription(TOO_MUCH);
  await placeLimit(stage.atlas, "0.1", "44000");
  await expect(desk.quantity).toHaveAccessibleDescription("Needs 450,225.00 USD, 95,147.80 available.");
  await cancel(stage.atlas, large.orderId);
  await expect(desk.quantity).toHaveAccessibleDescription("");
  await expect(desk.quantity).toHaveValue("10");
});

// Seen failing with what the venue refuses told in a message alone.
test("C03: what the venue refuses is said beside its field too, with its figures, and nothing typed is lost", async ({
  page,
}) => {
  const market = new StillMarket("VEN", () => stage.atlas);
  await market.define();
  await market.play([bid("99.9", "10"), ask("100.11", "10"), ask("100.2", "20"), ask("130", "10")]);
  const desk = new DeskPage(page);
  await desk.openOn(stage, market.instrumentId);
  const lasts = desk.ticket.getByRole("combobox", { name: "Lasts" });
  const postOnly = desk.ticket.getByRole("checkbox", { name: "Post-only" });
  const messages = page.getByRole("log", { name: "Messages" });
  await desk.fillLimit("Buy", "2", "100.11");
  await postOnly.check();
  await desk.send.click();
  await expect(desk.price).toHaveAccessibleDescription("Post-only, and at 100.11 USD it would have traded at once.");
  await expect(desk.price).toHaveValue("100.11");
  await expect(messages).toContainText("The venue refused your order to buy 2 VEN");
  await desk.price.fill("100.1");
  await expect(desk.price).toHaveAccessibleDescription("");

  await postOnly.uncheck();
  await lasts.selectOption({ label: "FOK · all at once or nothing" });
  await desk.fillLimit("Buy", "50", "100.2");
  await desk.send.click();
  await expect(desk.quantity).toHaveAccessibleDescription(
    "Nobody traded 50 VEN in full at once at 100.20 USD or less: nothing was filled.",
  );
  await expect(desk.quantity).toHaveValue("50");

  await desk.choose("Market");
  await desk.quantity.fill("35");
  await desk.send.click();
  await expect(desk.quantity).toHaveAccessibleDescription(
    "30 of 35 VEN was filled: the rest lies beyond the price collar of 20 %.",
  );
});

// Seen failing with the refusal of one instrument's order kept to its ticket, which is not there any more.
test("C03: a refusal that comes after the instrument was switched is told, and marks nothing of the other", async ({
  page,
}) => {
  const market = new StillMarket("OTH", () => stage.atlas);
  await market.define();
  await market.play([bid("99", "10"), ask("101", "10")]);
  const desk = new DeskPage(page);
  await page.route("**/PreviewOrder", (route) => route.abort());
  await desk.signIn(await stage.link());
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route("**/SubmitOrder", async (route) => {
    await promise;
    await route.continue();
  });
  await desk.fillLimit("Buy", "30", "45000");
  await desk.send.click();
  await expect(desk.working).toContainText("Sent");
  await page.getByRole("button", { name: /^Instrument: / }).click();
  await page.getByRole("option", { name: /OTH-USD/ }).click();
  await expect(page.getByRole("form", { name: "Order in OTH-USD" })).toBeVisible();
  await desk.fillLimit("Buy", "1", "90");
  resolve();
  await expect(page.getByRole("log", { name: "Messages" })).toContainText(
    "Not placed, buy 30 BTC at 45,000.00: worth 1,350,000.00; your limit for one order is 1,000,000.00.",
  );
  await expect(desk.quantity).toHaveAccessibleDescription("");
  await expect(desk.price).toHaveAccessibleDescription("");
  await expect(desk.ticket.getByRole("alert")).toHaveCount(0);
});
