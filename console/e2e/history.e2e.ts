import { readFileSync } from "node:fs";
import { SubscribeRequestSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { Line } from "./line.ts";
import { ownPlatform } from "./platform.ts";
import { cancel, ordersOf, placeLimit } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

/** Saves what a panel exports; lines without the head. */
async function exported(page: Page): Promise<string[]> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export CSV" }).click(),
  ]);
  return readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n")
    .slice(1);
}

// Fails when only what has been read so far is sorted, and when only that is exported.
test("C30: order history goes on while it is scrolled, is sorted whole, and exports all of it", async ({ page }) => {
  for (let count = 0; count < 450; count += 30) {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => placeLimit(stage.atlas, "0.001", `${40_000 + count + index}`)),
    );
  }
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await page.getByRole("tab", { name: "Order history" }).click();
  const table = page.getByRole("table", { name: "Order history" });
  await expect(page.getByText("200 read; scroll for more")).toBeVisible();
  // Windowed: what is not seen is not drawn.
  await expect.poll(() => table.getByRole("row").count()).toBeLessThan(60);
  await page.getByRole("group", { name: "Order history" }).evaluate((one) => one.scrollTo(0, one.scrollHeight));
  await expect(page.getByText("400 read; scroll for more")).toBeVisible();
  const lines = await exported(page);
  const orders = await ordersOf(stage.atlas, false);
  expect(lines).toHaveLength(450);
  expect(lines.map((line) => line.split(",").at(-1))).toEqual(orders.map(({ orderId }) => orderId));
  await page.getByRole("button", { name: "Price", exact: true }).click();
  await expect(page.getByText("450 in all")).toBeVisible();
  await page.getByRole("group", { name: "Order history" }).evaluate((one) => one.scrollTo(0, 0));
  await expect(table.getByRole("row").nth(1)).toContainText("40,449.00");
  await page.getByRole("button", { name: "Price ▾" }).click();
  await expect(table.getByRole("row").nth(1)).toContainText("40,000.00");
});

// Fails when the side counts for nothing, and when orders are read once only.
test("C30: history is chosen by side and status; a new order stands there without a reload", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await page.getByRole("tab", { name: "Order history" }).click();
  const table = page.getByRole("table", { name: "Order history" });
  const panel = page.getByRole("tabpanel").filter({ has: table });
  await placeLimit(stage.atlas, "0.002", "38000");
  await expect(table.getByRole("row").nth(1)).toContainText("38,000.00");
  await panel.getByRole("combobox", { name: "Side" }).selectOption("Sells");
  await expect(panel.getByText("No order like this.")).toBeVisible();
  await panel.getByRole("combobox", { name: "Side" }).selectOption("Both sides");
  await placeLimit(stage.atlas, "0.002", "39000");
  await expect(table.getByRole("row").nth(1)).toContainText("39,000.00");
  await panel.getByRole("combobox", { name: "Status" }).selectOption("Filled");
  await expect(panel.getByText("No order like this.")).toBeVisible();
});

// Fails when fills are read once only, and when postings are exported without the event that caused them.
test("C30, C31: a fill stands among fills, and its movements among postings with their event", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await page.getByRole("tab", { name: "Fills" }).click();
  await expect(page.getByText("No fill like this.")).toBeVisible();
  await desk.choose("Buy");
  await desk.choose("Market");
  await desk.quantity.fill("0.01");
  await desk.send.click();
  const fill = page.getByRole("table", { name: "Fills" }).getByRole("row").nth(1);
  await expect(fill).toContainText("0.01");
  await expect(fill).toContainText("Taker");
  await page.getByRole("tab", { name: "Postings" }).click();
  const postings = page.getByRole("table", { name: "Postings" });
  await expect(postings.getByRole("row").filter({ hasText: "Received in a trade" })).toContainText("BTC");
  const { postings: told } = await stage.atlas.accounts.listPostings({ accountId: "demo", pageSize: 1_000 });
  const lines = await exported(page);
  expect(lines).toHaveLength(told.length);
  expect(lines.map((line) => line.split(",").at(-3))).toEqual(told.map(({ eventId }) => eventId));
});

/** From now on the page's streams begin anew, as after an absence that the platform does not remember. */
async function forgetCursors(page: Page): Promise<void> {
  await page.route("**/Subscribe", async (route) => {
    // Behind a byte of flags and four of length.
    const asked = fromBinary(SubscribeRequestSchema, route.request().postDataBuffer()?.subarray(5) ?? new Uint8Array());
    for (const subscription of asked.subscriptions) subscription.cursor = "";
    const body = toBinary(SubscribeRequestSchema, asked);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(body.length, 1);
    await route.continue({ postData: Buffer.concat([head, body]) });
  });
}

// Fails when a history is read again for changes of orders alone: a snapshot tells of none.
test("C30, I27: after an absence too long to be told of, the history shows what happened meanwhile", async ({
  page,
}) => {
  const line = await Line.to(() => stage.port);
  const desk = new DeskPage(page);
  await desk.signIn(line.over(await stage.link()));
  await page.getByRole("tab", { name: "Order history" }).click();
  const rows = page.getByRole("table", { name: "Order history" }).getByRole("row");
  const early = await placeLimit(stage.atlas, "0.002", "36000");
  await expect(rows.nth(1)).toContainText("36,000.00");
  await expect(rows.nth(1)).toContainText("Working");
  await forgetCursors(page);
  line.cut();
  await expect(desk.connection).toHaveText(/Disconnected|Connecting/);
  await cancel(stage.atlas, early.orderId);
  await placeLimit(stage.atlas, "0.002", "37000");
  line.mend();
  await expect(desk.connection).toHaveText("Live", { timeout: 15_000 });
  await expect(rows.nth(1)).toContainText("37,000.00");
  await expect(rows.nth(2)).toContainText("36,000.00");
  await expect(rows.nth(2)).toContainText("Cancelled");
  line.close();
});
