import { expect } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { ordersOf } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

// Seen failing without the pause between two of the same terms.
test("C04: a double click makes one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await desk.fillLimit("Buy", "0.1", "41000");
  await desk.send.dblclick();
  await expect(desk.order("buy 0.1 BTC-USD at 41,000.00")).toHaveCount(1);
  await page.waitForTimeout(500);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(1);
});

// Seen failing with a new request id for every attempt.
test("C04: an order whose answer is lost is shown as sent, sent again, and is one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const before = (await ordersOf(stage.atlas, false)).length;
  let attempts = 0;
  await page.route("**/SubmitOrder", async (route) => {
    attempts += 1;
    if (attempts > 2) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await desk.fillLimit("Buy", "0.1", "42000");
  await desk.send.click();
  await expect(desk.order("buy 0.1 BTC-USD at 42,000.00")).toHaveCount(1);
  await expect.poll(() => attempts).toBe(3);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before + 1);
});

// Seen failing with the outbox kept in memory only.
test("C04: an order on its way through a reload is shown as sent with its age, and is one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const before = (await ordersOf(stage.atlas, false)).length;
  // It never reaches the platform: only a page that remembers it can bring it there.
  let isHeld = true;
  await page.route("**/SubmitOrder", (route) => (isHeld ? undefined : route.continue()));
  await desk.fillLimit("Buy", "0.1", "43000");
  await desk.send.click();
  await expect(desk.working.getByRole("row").filter({ hasText: "43,000" })).toContainText(/Sent\s*\d+ s/);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before);
  isHeld = false;
  await page.reload();
  await desk.ready();
  await expect(desk.order("buy 0.1 BTC-USD at 43,000.00")).toHaveCount(1);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before + 1);
});
