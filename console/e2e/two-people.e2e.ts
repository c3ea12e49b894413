import { expect } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { createZoe } from "./second-person.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
const ORDER = "buy 0.1 BTC-USD at 45,000.00";

// Seen failing with the stream's updates of orders ignored: each tab knew what it did itself.
test("I27: two tabs of one person show the same orders, whichever acts", async ({ page, context }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const second = new DeskPage(await context.newPage());
  // The first tab's session: the cookie is shared.
  await second.signIn(stage.url);
  await desk.fillLimit("Buy", "0.1", "45000");
  await desk.send.click();
  await expect(second.order(ORDER)).toHaveCount(1);
  await second.cancel(ORDER).click();
  await expect(desk.order(ORDER)).toHaveCount(0);
  await desk.ready();
  await second.ready();
});

// Seen failing with the first person's account offered to everybody.
test("a second person sees nothing of the first", async ({ page, browser }) => {
  await createZoe(stage.atlas);
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await desk.fillLimit("Buy", "0.1", "45000");
  await desk.send.click();
  await expect(desk.order(ORDER)).toHaveCount(1);

  const context = await browser.newContext();
  const hers = new DeskPage(await context.newPage());
  await hers.signIn(await stage.link("zoe"));
  await expect(hers.page.getByRole("combobox", { name: "Account" }).getByRole("option")).toHaveText(["zoes"]);
  await expect(hers.available("USD")).toHaveText("77.00");
  await expect(hers.page.getByText(/^No working orders/)).toBeVisible();
  await expect(hers.available("BTC")).toHaveCount(0);
  await expect(hers.page.getByRole("button", { name: /of it yours/ })).toHaveCount(0);
  await context.close();
});

// Seen failing with filters that are kept by the page instead of by the person's desk.
test("C30: who signs in on the same page after somebody else finds their own histories, of everything", async ({
  page,
}) => {
  await createZoe(stage.atlas);
  const desk = new DeskPage(page);
  const side = page.getByRole("combobox", { name: "Side" });
  await desk.signIn(await stage.link());
  await page.getByRole("tab", { name: "Order history" }).click();
  await side.selectOption("Sells");
  await page.getByRole("tab", { name: "Fills" }).click();
  await page.getByRole("tab", { name: "Order history" }).click();
  await expect(side.locator("option:checked")).toHaveText("Sells");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("textbox", { name: "Or paste a link" }).fill(await stage.link("zoe"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await desk.ready();
  await page.getByRole("tab", { name: "Order history" }).click();
  await expect(side.locator("option:checked")).toHaveText("Both sides");
});
