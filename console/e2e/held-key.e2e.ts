import { expect, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { Line } from "./line.ts";
import { ownPlatform } from "./platform.ts";
import { ordersOf } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
/** Milliseconds until a key held down comes again, and between those that follow, as X11 has them. */
const FIRST_REPEAT = 660;
const NEXT_REPEAT = 40;

async function hold(page: Page, key: string): Promise<void> {
  await page.keyboard.down(key);
  await page.waitForTimeout(FIRST_REPEAT);
  for (let repeat = 0; repeat < 5; repeat += 1) {
    await page.keyboard.down(key);
    await page.waitForTimeout(NEXT_REPEAT);
  }
  await page.keyboard.up(key);
}

/** Counts the orders that the page sends from now on. */
function countSent(page: Page): () => number {
  let count = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/SubmitOrder")) count += 1;
  });
  return () => count;
}

// Seen failing with a held key told by the time since the press alone: its first repeat comes later than any double click.
test("C04: Enter held on the button that sends, or in the quantity, makes one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const sent = countSent(page);
  for (const [index, holder] of [desk.send, desk.quantity].entries()) {
    await desk.fillLimit("Buy", "0.1", String(41_000 + index));
    await expect(desk.send).toBeEnabled();
    await holder.focus();
    await hold(page, "Enter");
    await expect(desk.order(`buy 0.1 BTC-USD at 41,00${index}.00`)).toHaveCount(1);
    expect(sent()).toBe(index + 1);
  }
  expect(await ordersOf(stage.atlas, false)).toHaveLength(2);
});

// Seen failing with each repeat of a held key acted on by the ladder.
test("C04, C11: Enter or Space held on the armed ladder makes one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const before = (await ordersOf(stage.atlas, false)).length;
  const sent = countSent(page);
  await desk.quantity.fill("0.1");
  const depth = page.getByRole("region", { name: "Depth" });
  await depth.getByText("Ladder", { exact: true }).click();
  await depth.getByRole("combobox", { name: "Group prices by" }).selectOption("100");
  await page.getByRole("checkbox", { name: "Click places 0.1" }).check();
  for (const [index, key] of ["Enter", "Space"].entries()) {
    const price = ["49,000.00", "48,900.00"][index];
    await page.getByRole("gridcell", { name: new RegExp(`^Buy at ${price}(,|$)`) }).focus();
    await hold(page, key);
    await expect(desk.order(`buy 0.1 BTC-USD at ${price}`)).toHaveCount(1);
    expect(sent()).toBe(index + 1);
  }
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before + 2);
});

// Seen failing with a held key told by the time since the press alone: its repeats answered the question that it had raised.
test("C02, C04: on old prices Enter held asks, and does not answer itself", async ({ page }) => {
  const line = await Line.to(() => stage.port);
  const desk = new DeskPage(page);
  await desk.signIn(line.over(await stage.link()));
  await desk.fillLimit("Buy", "0.1", "40000");
  const sent = countSent(page);
  line.silence();
  await expect(desk.connection).toHaveText("Stale");
  for (const holder of [desk.quantity, desk.send]) {
    // Another quantity is another question.
    await desk.quantity.fill(holder === desk.send ? "0.2" : "0.1");
    await holder.focus();
    await hold(page, "Enter");
    await expect(desk.send).toHaveText(/Send anyway\?$/);
    expect(sent()).toBe(0);
  }
  await expect(desk.working.getByRole("row").filter({ hasText: "40,000" })).toHaveCount(0);
  await desk.send.press("Enter");
  await expect(desk.working.getByRole("row").filter({ hasText: "40,000" })).toContainText("Sent");
  line.close();
});
