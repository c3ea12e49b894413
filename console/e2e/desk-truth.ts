import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import type { Candle, Level, Ticker, Trade } from "@atlas/gen/atlas/market/v1/market_pb";
import { type Order, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect } from "@playwright/test";
import type { DrawnDesk } from "./desk-figures.ts";
import { difference, product, quotient, sum } from "./exact.ts";
import { type Follower, positionOf } from "./follower.ts";
import { written } from "./server-truth.ts";

/** How an instrument's figures are written. */
export interface Places {
  readonly price: number;
  readonly quantity: number;
  readonly base: string;
  readonly quote: string;
  /** Closes that the moving average is of. */
  readonly average: number;
}

/** A tape keeps so many trades. */
const TAPE = 100;
const NOTHING = "—";
const STATUS: Partial<Record<OrderStatus, string>> = {
  [OrderStatus.PENDING_SUBMIT]: "Submitting",
  [OrderStatus.LIVE]: "Working",
  [OrderStatus.PARTIALLY_FILLED]: "Part filled",
  [OrderStatus.PENDING_CANCEL]: "Cancelling",
};

/** Every figure that was drawn is what the platform told of the position that its panel says. */
export function expectTrue(drawn: DrawnDesk, follower: Follower, places: Places): void {
  expectTrueDepth(drawn, follower, places);
  const { ticker, last, candle, tape } = drawn;
  const at = (cursor: string) => follower.tickerAt(positionOf(cursor));
  expect(tickerFigures(ticker.values), "ticker").toEqual(tickerWords(at(ticker.cursor), places));
  expect(unsigned(last.text), "last price in the depth").toBe(priceOf(at(last.cursor)?.last, places));
  const candles = follower.candlesAt(positionOf(candle.cursor));
  expect(candleFigures(candle.values), "candle").toEqual(candleWords(candles, places));
  const trades = follower.tradesAt(positionOf(tape.cursor)).slice(0, TAPE);
  expect(tape.rows.length, "rows of the tape").toBeGreaterThan(0);
  for (const { index, cells } of tape.rows) {
    expect(
      cells.map(({ text }) => text.replace("◆ ", "")),
      `trade ${index}`,
    ).toEqual(tradeWords(trades[index], places));
  }
  expectTrueAccount(drawn, follower, places);
}

function expectTrueDepth({ depth }: DrawnDesk, follower: Follower, places: Places): void {
  const { bids, asks } = follower.bookAt(positionOf(depth.cursor));
  expect(depth.bids.length, "levels").toBeGreaterThanOrEqual(Math.min(10, bids.length));
  expect(depth.bids, "bids").toEqual(levelWords(bids.slice(0, depth.bids.length), places));
  expect(depth.asks, "asks").toEqual([...levelWords(asks.slice(0, depth.asks.length), places)].reverse());
  const [bid, ask] = [bids[0]?.price ?? "", asks[0]?.price ?? ""];
  expect(depth.spread, "spread").toBe(written(difference(ask, bid), places.price));
  const percent = quotient(product(difference(ask, bid), "100"), quotient(sum(bid, ask), "2"));
  expect(depth.spreadPercent, "spread in percent").toBe(`${written(percent, 3)} %`);
  expect(depth.mid, "mid").toBe(written(quotient(sum(bid, ask), "2"), places.price + 1));
}

function expectTrueAccount({ orders, balances }: DrawnDesk, follower: Follower, places: Places): void {
  const open = follower.ordersAt(positionOf(orders.cursor));
  expect(orders.rows.length, "working orders").toBeGreaterThanOrEqual(Math.min(3, open.length));
  for (const { index, byTitle } of orders.rows) {
    const shown = ["Instrument", "Side", "Price", "Quantity", "Total", "Lasts", "Status"].map(
      (title) => byTitle[title]?.text,
    );
    const hint = byTitle.Filled?.hint;
    expect([...shown, hint], `order ${index}`).toEqual(orderWords(open[index], places));
  }
  const held = follower.balancesAt(positionOf(balances.cursor));
  const titles = ["Asset", "Available", "Reserved", "Total"];
  const figures = balances.rows.map(({ byTitle }) => titles.map((title) => byTitle[title]?.text));
  expect(figures, "balances").toEqual(held.map((balance) => balanceWords(balance, places)));
  for (const { index, byTitle } of balances.rows) {
    const balance = held[index];
    const value = byTitle[`Value (${places.quote})`];
    if (balance?.asset !== places.base) continue;
    const last = follower.tickerAt(positionOf(value?.cursor ?? ""))?.last ?? "";
    const worth = product(sum(balance.available, balance.reserved), last);
    expect(value?.text, "value").toBe(written(worth, 2));
  }
}

/** Price, quantity, and quantity up to there. */
export function levelWords(levels: readonly Level[], { price, quantity }: Places): readonly string[] {
  return levels.map((level, index) => {
    const total = sum(...levels.slice(0, index + 1).map((one) => one.quantity));
    return `${written(level.price, price)} ${written(level.quantity, quantity)} ${written(total, quantity)}`;
  });
}

/** Side and price, quantity, time of day. */
export function tradeWords(trade: Trade | undefined, places: Places): readonly string[] {
  if (trade === undefined) return [];
  const side = trade.takerSide === Side.BUY ? "▲bought" : "▼sold";
  const milliseconds = Number(trade.occurredAt?.seconds ?? 0n) * 1_000;
  // As the browser of these tests is set (playwright.config.ts).
  const time = new Date(milliseconds).toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" });
  return [`${side} ${written(trade.price, places.price)}`, written(trade.quantity, places.quantity), time];
}

function tickerFigures(values: Readonly<Record<string, string>>): readonly string[] {
  return ["Last price", "Session", "High", "Low", "Volume", "Trades"].map((name) => unsigned(values[name] ?? ""));
}

function tickerWords(ticker: Ticker | undefined, places: Places): readonly string[] {
  if (ticker === undefined || ticker.last === "") return ["", "", "", "", "", ""].map(() => NOTHING);
  const { last, open, high, low, volume, tradeCount } = ticker;
  const change = quotient(product(difference(last, open), "100"), open).replace(/(\.\d\d)\d*$/, "$1");
  const sign = /^[^-]*[1-9]/.test(change) ? "+" : "";
  const [shown, highest, lowest] = [last, high, low].map((price) => priceOf(price, places));
  return [
    shown ?? "",
    `${sign}${written(change.replace(/^-(0(\.0+)?)$/, "$1"), 2)} %`,
    highest ?? "",
    lowest ?? "",
    `${written(volume, 2)} ${places.base}`,
    written(String(tradeCount), 0),
  ];
}

function candleFigures(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `${name} ${unsigned(value)}`);
}

function candleWords(candles: readonly Candle[], places: Places): readonly string[] {
  const { open, high, low, close, volume } = candles.at(-1) ?? {};
  const closes = candles.slice(-places.average).map((candle) => candle.close);
  const average = closes.length < places.average ? "" : quotient(sum(...closes), String(places.average));
  return [
    `Open ${priceOf(open, places)}`,
    `High ${priceOf(high, places)}`,
    `Low ${priceOf(low, places)}`,
    `Close ${priceOf(close, places)}`,
    `Volume ${volume === undefined ? NOTHING : written(volume, places.quantity)}`,
    `SMA ${places.average} ${priceOf(average, places)}`,
  ];
}

function orderWords(order: Order | undefined, { price }: Places): readonly (string | undefined)[] {
  if (order === undefined) return [];
  const { instrumentId, side, limitPrice, quantity, cumulativeQuantity, averagePrice, status } = order;
  const average = averagePrice === "" ? "" : ` at ${longer(averagePrice, price)} on average`;
  return [
    instrumentId,
    side === Side.BUY ? "▲ Buy" : "▼ Sell",
    written(limitPrice, price),
    quantity,
    written(product(limitPrice, quantity), 2),
    "GTC",
    STATUS[status],
    `${cumulativeQuantity} of ${quantity} filled${average}`,
  ];
}

function balanceWords({ asset, available, reserved }: Balance, { base, quantity }: Places): readonly string[] {
  // Bitcoin's own lot is 0.0001; dollars are written in cents.
  const places = asset === base ? quantity : asset === "BTC" ? 4 : 2;
  const total = sum(available, reserved);
  return [asset, ...[available, reserved, total].map((amount) => written(amount, places))];
}

function priceOf(price: string | undefined, { price: places }: Places): string {
  return price === undefined || price === "" ? NOTHING : written(price, places);
}

/** With so many places or as many as it has. */
function longer(decimal: string, places: number): string {
  return written(decimal, Math.max(places, decimal.split(".")[1]?.length ?? 0));
}

/** Without the arrow that says which way it went. */
function unsigned(text: string): string {
  return text.replace(/^[▲▼]\s*/, "");
}
