import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, type Locator, type Page } from "@playwright/test";
import { readDesk } from "./desk-figures.ts";
import { DeskPage } from "./desk-page.ts";
import { levelWords, tradeWords } from "./desk-truth.ts";
import { difference, isAbove, product, quotient, sum } from "./exact.ts";
import { ownPlatform } from "./platform.ts";
import { placeLimit, written } from "./server-truth.ts";
import { ask, bid, StillMarket, taker } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
const PLACES = { price: 2, quantity: 4, base: "", quote: "USD", average: 0 };

/** A market of its own with fifteen levels a side, ten cents apart in pairs, and a desk that shows it. */
async function openMarket(
  page: Page,
  base: string,
): Promise<{ readonly desk: DeskPage; readonly market: StillMarket }> {
  const market = new StillMarket(base, () => stage.atlas);
  await market.define();
  const levels = Array.from({ length: 15 }, (_, step) => [
    bid(cents(9_990 - 5 * step), `${1 + step}.5`),
    ask(cents(10_011 + 5 * step), `${2 + step}.25`),
  ]);
  await market.play(levels.flat());
  const desk = new DeskPage(page);
  await desk.openOn(stage, market.instrumentId);
  return { desk, market };
}

function cents(price: number): string {
  return `${Math.floor(price / 100)}.${String(price % 100).padStart(2, "0")}`.replace(/\.?0+$/, "");
}

/** Fails when the change is reckoned the other way round. */
test("C10: the list of instruments tells last, change and volume as the platform does, and finds by a part of a name", async ({
  page,
}) => {
  const { market } = await openMarket(page, "LST");
  await market.play([], [taker(Side.BUY, "1.25"), taker(Side.BUY, "2.5")]);
  const asked = () => stage.atlas.market.getTicker({ instrumentId: market.instrumentId });
  await expect.poll(async () => (await asked()).ticker?.volume).toBe("3.75");
  const { last = "", open = "", volume = "" } = (await asked()).ticker ?? {};
  const change = quotient(product(difference(last, open), "100"), open);
  await page.getByRole("button", { name: "Instrument: LST-USD" }).click();
  const listed = page.getByRole("listbox", { name: "Instruments" }).getByRole("option");
  const shown = listed.filter({ hasText: "LST-USD" });
  await expect(shown).toContainText(written(last, 2));
  await expect(shown).toContainText(`+${written(change, 2)} %`);
  await expect(shown).toContainText(`${written(volume, 0)} LST`);
  await expect(listed).not.toHaveCount(1);
  await page.getByRole("combobox", { name: "Search instruments" }).fill("lst");
  await expect(listed).toHaveCount(1);
});

/** Fails when a fee is shown as the fraction that it is told as, and when the two fees are each other's. */
test("C01: steps, limits and fees of an instrument are those that the platform tells", async ({ page }) => {
  await new DeskPage(page).openOn(stage, "BTC-USD");
  const { instrument } = await stage.atlas.instruments.getInstrument({ instrumentId: "BTC-USD" });
  const percent = (fraction = "") => `${written(product(fraction, "100"), 2)} %`;
  await page.getByRole("button", { name: "Terms of BTC-USD" }).click();
  const told = page.getByRole("dialog", { name: "Terms of BTC-USD" }).getByRole("definition");
  await expect(told).toHaveText([
    `${instrument?.tick} USD`,
    `${instrument?.lot} BTC`,
    `${written(instrument?.minimumNotional ?? "", 0)} to ${written(instrument?.maximumNotional ?? "", 0)} USD`,
    percent(instrument?.makerFee),
    percent(instrument?.takerFee),
    `${percent(instrument?.collar)} beyond the best price`,
  ]);
  expect(instrument?.makerFee).not.toBe(instrument?.takerFee);
});

/** Fails when quantities are not cumulated from the best level, and when bars are each as long as their level. */
test("C11: the depth shows real levels with cumulated quantities and bars, spread and mid", async ({ page }) => {
  const { desk, market } = await openMarket(page, "DEP");
  const { book } = await stage.atlas.market.getBook({ instrumentId: market.instrumentId, depth: 100 });
  const [bids, asks] = [book?.bids ?? [], book?.asks ?? []];
  const { depth } = await readDesk(page);
  expect(depth.bids.length).toBeGreaterThanOrEqual(10);
  expect(depth.asks.length).toBeGreaterThanOrEqual(10);
  expect(depth.bids).toEqual(levelWords(bids.slice(0, depth.bids.length), PLACES));
  expect([...depth.asks].reverse()).toEqual(levelWords(asks.slice(0, depth.asks.length), PLACES));
  expect([depth.spread, depth.mid]).toEqual(["0.21", "100.005"]);
  const lengths = await barLengths(desk.bids);
  const totals = bids.map((_, index) => Number(sum(...bids.slice(0, index + 1).map(({ quantity }) => quantity))));
  const steepness = (lengths[9] ?? 0) / (totals[9] ?? 1);
  for (const [index, length] of lengths.slice(0, 10).entries()) {
    expect(length / (totals[index] ?? 1), `bar ${index}`).toBeCloseTo(steepness, 2);
  }
});

/** Parts of the row's width that bars take, best level first. */
function barLengths(levels: Locator): Promise<readonly number[]> {
  return levels.evaluateAll((rows) =>
    rows
      .map((row) => row.querySelector(".bar"))
      .filter((bar) => bar !== null)
      .map((bar) => new DOMMatrix(getComputedStyle(bar).transform).a),
  );
}

/** Fails when the arrow stays as it was at the first trade. */
test("C11: the last price in the depth says which way it went", async ({ page }) => {
  const { market } = await openMarket(page, "DIR");
  const last = page.getByTitle("Price of the last trade");
  await expect(last).toHaveText("—");
  await market.play([], [taker(Side.BUY, "0.1")]);
  await expect(last).toContainText("100.11");
  await market.play([], [taker(Side.SELL, "0.1")]);
  await expect(last).toHaveText(/▼\s*99\.90/);
  await market.play([], [taker(Side.BUY, "0.1")]);
  await expect(last).toHaveText(/▲\s*100\.11/);
});

/** Fails when own orders are looked for on the other side, and when a click on a quantity sets that level's alone. */
test("C11: own orders are marked in the depth; a click on a price sets it, one on a quantity sets all up to there", async ({
  page,
}) => {
  const { desk, market } = await openMarket(page, "OWN");
  await placeLimit(stage.atlas, "0.5", "99.85", market.instrumentId);
  const mine = page.getByRole("button", { name: "Bid 99.85, 0.5 of it yours: set price" });
  await expect(mine).toBeVisible();
  await expect(page.getByRole("button", { name: /of it yours/ })).toHaveCount(1);
  await desk.choose("Market");
  await mine.click();
  await expect(desk.price).toHaveValue("99.85");
  await expect(desk.ticket.getByRole("radio", { name: "Limit", exact: true })).toBeChecked();
  // Third best ask: 2.25, 3.25 and 4.25 up to there.
  await page.getByRole("button", { name: "4.2500: set quantity up to here", exact: true }).click();
  await expect(desk.quantity).toHaveValue("9.75");
});

/** Fails when frames alone are waited for: a hidden tab is given none. */
test("C02: the title of a tab that is hidden goes on with the market", async ({ page }) => {
  await page.addInitScript(() => {
    window.requestAnimationFrame = () => 0;
  });
  const { market } = await openMarket(page, "TTL");
  await expect(page).toHaveTitle("— TTL-USD · Atlas");
  await market.play([], [taker(Side.BUY, "0.1")]);
  await expect(page).toHaveTitle("100.11 TTL-USD · Atlas");
  await market.play([], [taker(Side.SELL, "0.1")]);
  await expect(page).toHaveTitle("99.90 TTL-USD · Atlas");
});

/** Fails when asks are grouped down: that would show somebody who sells for less than anybody does. */
test("C11: prices are grouped in coarser ticks, bids down and asks up, and quantities add up", async ({ page }) => {
  const { desk, market } = await openMarket(page, "GRP");
  await page.getByRole("combobox", { name: "Group prices by" }).selectOption("0.1");
  await expect(desk.asks.last()).toContainText("100.20");
  const { book } = await stage.atlas.market.getBook({ instrumentId: market.instrumentId, depth: 100 });
  const [bids, asks] = [grouped(book?.bids ?? [], false), grouped(book?.asks ?? [], true)];
  const { depth } = await readDesk(page);
  expect(depth.bids).toEqual(levelWords(bids.slice(0, depth.bids.length), PLACES));
  expect([...depth.asks].reverse()).toEqual(levelWords(asks.slice(0, depth.asks.length), PLACES));
  // Of the book, not of the groups.
  expect([depth.spread, depth.mid]).toEqual(["0.21", "100.005"]);
});

type PlainLevel = Parameters<typeof levelWords>[0][number];

/** Levels in steps of ten cents, best first. */
function grouped(levels: readonly PlainLevel[], isUp: boolean): readonly PlainLevel[] {
  const groups = new Map<string, PlainLevel>();
  for (const level of levels) {
    const count = Math.round(Number(level.price) * 100);
    const price = cents((isUp ? Math.ceil(count / 10) : Math.floor(count / 10)) * 10);
    const before = groups.get(price)?.quantity ?? "0";
    groups.set(price, { ...level, price, quantity: sum(before, level.quantity) });
  }
  return [...groups.values()];
}

/** Fails when trades stand oldest first. */
test("C12: the tape shows price, quantity, side and time of the last 25, 50, 100 or all trades", async ({ page }) => {
  const { market } = await openMarket(page, "TAP");
  await market.play([bid("99.9", "100"), ask("100.11", "100")]);
  const trades = Array.from({ length: 130 }, (_, index) =>
    taker(index % 3 === 0 ? Side.SELL : Side.BUY, `0.${String(index + 1).padStart(3, "0")}`),
  );
  await market.play([], trades);
  const table = page.getByRole("table", { name: "Trades" });
  await expect(table).toHaveAttribute("aria-rowcount", "101");
  await expect(table).toContainText("0.1300");
  for (const [choice, count] of [
    ["25", 25],
    ["50", 50],
    ["100", 100],
    ["All", 130],
  ] as const) {
    await page.getByRole("combobox", { name: "Trades shown" }).selectOption(choice);
    await expect(table).toHaveAttribute("aria-rowcount", String(count + 1));
  }
  const { trades: told } = await stage.atlas.market.listTrades({ instrumentId: market.instrumentId, pageSize: 1_000 });
  for (const end of [0, 1]) {
    const frame = page.getByRole("group", { name: "Trades" });
    await frame.evaluate((one, part) => one.scrollTo(0, part * one.scrollHeight), end);
    const seen = end === 0 ? told[0] : told.at(-1);
    await expect(table).toContainText(written(seen?.quantity ?? "", 4));
    const { tape } = await readDesk(page);
    for (const { index, cells } of tape.rows) {
      expect(cells.map(({ text }) => text.replace("◆ ", ""))).toEqual(tradeWords(told[index], PLACES));
    }
  }
  expect(told.every(({ quantity }, index) => index === 0 || isAbove(told[index - 1]?.quantity ?? "0", quantity))).toBe(
    true,
  );
});

/** Fails when a print is called large that is a little above the median. */
test("C12: a print of five times the median is marked, one of twice the median is not", async ({ page }) => {
  const { market } = await openMarket(page, "BIG");
  await market.play(
    [],
    Array.from({ length: 12 }, () => taker(Side.BUY, "0.01")),
  );
  const rows = page.getByRole("table", { name: "Trades" }).getByRole("row");
  await expect(rows).toHaveCount(13);
  await market.play([], [taker(Side.BUY, "0.02")]);
  await expect(rows.nth(1)).toContainText("0.0200");
  await market.play([], [taker(Side.SELL, "0.05")]);
  await expect(rows.nth(1)).toContainText("◆ 0.0500");
  await expect(rows.filter({ hasText: "◆" })).toHaveCount(1);
});
