import { OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, type Locator, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { positionOf } from "./follower.ts";
import { ownPlatform } from "./platform.ts";
import { ordersOf, written } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
/** Positions of the market: with any of them prices that follow it would be back. */
const MOVES = 5;

/** The desk with the ladder in place of the book, prices in steps of 100. */
async function openLadder(page: Page): Promise<DeskPage> {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await desk.quantity.fill("0.1");
  const depth = page.getByRole("region", { name: "Depth" });
  await depth.getByText("Ladder", { exact: true }).click();
  await depth.getByRole("combobox", { name: "Group prices by" }).selectOption("100");
  await expect(page.getByRole("grid", { name: "Price ladder" })).toBeVisible();
  return desk;
}

function cell(page: Page, side: "Buy" | "Sell", price: string): Locator {
  return page.getByRole("gridcell", { name: new RegExp(`^${side} at ${price}(,|$)`) });
}

/** Prices of working orders on the server, as `buy 49000`. */
async function working(): Promise<readonly string[]> {
  const orders = await ordersOf(stage.atlas, true);
  return orders.map(({ side, limitPrice }) => `${side === Side.BUY ? "buy" : "sell"} ${limitPrice}`).sort();
}

async function cancelAll(page: Page): Promise<void> {
  if ((await working()).length === 0) return;
  await page.getByRole("button", { name: "Cancel all…" }).click();
  await page.getByRole("button", { name: /^Cancel all \d/ }).click();
  await expect.poll(working).toEqual([]);
}

// Fails when an unarmed click is taken for an armed one.
test("C11: in the ladder a click fills the ticket, an armed one places, a drag moves and a right click cancels", async ({
  page,
}) => {
  const desk = await openLadder(page);
  await cell(page, "Buy", "49,000.00").click();
  await expect(desk.price).toHaveValue("49000");
  expect(await working()).toEqual([]);
  await page.getByRole("checkbox", { name: "Click places 0.1" }).check();
  await cell(page, "Buy", "49,000.00").dblclick();
  await cell(page, "Buy", "48,900.00").click();
  await cell(page, "Sell", "51,200.00").click();
  await expect.poll(working).toEqual(["buy 48900", "buy 49000", "sell 51200"]);
  const mine = cell(page, "Buy", "49,000.00");
  await expect(mine).toHaveAccessibleName(/0\.1 yours$/);
  await expect(desk.order("buy 0.1 BTC-USD at 49,000.00")).toContainText("Working");
  const from = await mine.getByTitle(/^Drag to move/).boundingBox();
  const to = await cell(page, "Buy", "49,200.00").boundingBox();
  await page.mouse.move((from?.x ?? 0) + 5, (from?.y ?? 0) + 5);
  await page.mouse.down();
  await page.mouse.move((to?.x ?? 0) + 8, (to?.y ?? 0) + 8, { steps: 5 });
  await page.mouse.up();
  await expect.poll(working).toEqual(["buy 48900", "buy 49200", "sell 51200"]);
  await expect(cell(page, "Buy", "49,200.00")).toHaveAccessibleName(/0\.1 yours$/);
  await cell(page, "Sell", "51,200.00").click({ button: "right" });
  await expect.poll(working).toEqual(["buy 48900", "buy 49200"]);
  const all = await ordersOf(stage.atlas, false);
  expect(all.filter(({ status }) => status === OrderStatus.CANCELED)).toHaveLength(1);
  await cancelAll(page);
});

// Fails when Alt with an arrow moves the focus alone, and when Delete does nothing.
test("C11, C61: the ladder is worked by the keyboard: place, move, cancel", async ({ page }) => {
  const desk = await openLadder(page);
  const before = (await ordersOf(stage.atlas, false)).length;
  await page.getByRole("checkbox", { name: /^Click places/ }).check();
  const start = cell(page, "Buy", "49,000.00");
  await start.focus();
  await page.keyboard.press("ArrowDown");
  await expect(cell(page, "Buy", "48,900.00")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(cell(page, "Sell", "48,900.00")).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect.poll(working).toEqual(["buy 48900"]);
  await expect(cell(page, "Buy", "48,900.00")).toHaveAccessibleName(/yours$/);
  // Only what works at the venue can be moved.
  await expect(desk.order("buy 0.1 BTC-USD at 48,900.00")).toContainText("Working");
  await page.keyboard.press("Alt+ArrowDown");
  await expect.poll(working).toEqual(["buy 48800"]);
  await expect(cell(page, "Buy", "48,800.00")).toBeFocused();
  await expect(cell(page, "Buy", "48,800.00")).toHaveAccessibleName(/yours$/);
  await page.keyboard.press("Delete");
  await expect.poll(working).toEqual([]);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before + 1);
});

// Fails when an order too large is refused without a word, and when prices follow the market under a hand too.
test("C11: prices stand still under a hand; who scrolled away comes back; a refusal is told", async ({ page }) => {
  const desk = await openLadder(page);
  const grid = page.getByRole("grid", { name: "Price ladder" });
  const top = grid.getByRole("rowheader").first();
  await grid.hover();
  const before = Number((await top.textContent())?.replaceAll(",", ""));
  // Each turn goes three steps; after four of them the market is out of the middle.
  for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -300);
  const scrolled = written(String(before + 12 * 100), 2);
  await expect(top).toHaveText(scrolled);
  const depth = page.locator(".depth[data-cursor]");
  const seen = async () => positionOf((await depth.getAttribute("data-cursor")) ?? "");
  const since = await seen();
  await expect.poll(seen, "the market moves on").toBeGreaterThan(since + MOVES);
  await expect(top).toHaveText(scrolled);
  await page.getByRole("button", { name: "Centre", exact: true }).click();
  await expect(top).not.toHaveText(scrolled);
  await page.getByRole("checkbox", { name: /^Click places/ }).check();
  await desk.quantity.fill("30");
  await cell(page, "Buy", "49,000.00").click();
  await expect(page.getByRole("log", { name: "Messages" })).toContainText(/^Not placed: Worth 1,470,000\.00/);
  await expect(desk.quantity).toHaveValue("30");
  expect(await working()).toEqual([]);
});
