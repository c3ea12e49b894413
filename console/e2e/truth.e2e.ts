import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { expect, type Page } from "@playwright/test";
import { type DrawnDesk, readDesk } from "./desk-figures.ts";
import { DeskPage } from "./desk-page.ts";
import { expectTrue } from "./desk-truth.ts";
import { type Followable, Follower, positionOf } from "./follower.ts";
import { MovingMarket, seeded } from "./moving-market.ts";
import { ownPlatform } from "./platform.ts";
import { ACCOUNT } from "./server-truth.ts";
import { StillMarket } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
const market = new StillMarket("TRU", () => stage.atlas);
const { instrumentId } = market;
const MOMENTS = 10;
const PLACES = { price: 2, quantity: 4, base: "TRU", quote: "USD", average: 10 };
/** Another one each time; the one of a failure is given back by `TRUTH_SEED`. */
const SEED = Number(process.env.TRUTH_SEED ?? Date.now() % 1_000_000);

/**
 * Fails when a level that went is kept in the depth, when the depth is drawn without what came last, when the tape drops a
 * trade that came with another one, when a candle misses a trade, when high and low are each other's, when the average is of
 * one candle too many, when a balance of several that changed is left out, and when an order's second fill is taken for the
 * first.
 */
test("C01: while the market moves, every figure is what the platform tells of the position that its panel names", async ({
  page,
}) => {
  console.log(`truth: seed ${SEED}`);
  await market.define();
  const follower = await Follower.of(stage.atlas, {
    ...{ instrumentId, interval: CandleInterval.SECOND },
    accountId: ACCOUNT,
  });
  const next = seeded(SEED);
  const moving = await MovingMarket.start(market, stage.atlas, seeded(next(2 ** 30)));
  try {
    const desk = new DeskPage(page);
    await desk.openOn(stage, instrumentId);
    await page.getByText("1s", { exact: true }).click();
    await page.getByRole("combobox", { name: "Simple moving average" }).selectOption("10");
    let before: DrawnDesk | undefined;
    // Of a machine that is quick, until there are candles enough for an average.
    for (let moment = 0; moment < MOMENTS || !isAveraged(before); moment += 1) {
      const step = moving.steps + 5 + next(45);
      await moving.reach(step);
      const drawn = await caughtUp(page, follower);
      await test.step(`moment ${moment} of seed ${SEED}, step ${step}`, async () => {
        await expectKnown(follower, drawn);
        expectTrue(drawn, follower, PLACES);
        expect(drawn.depth, "something new").not.toEqual(before?.depth);
        await expectAnswered(follower);
      });
      before = drawn;
    }
  } finally {
    await moving.stop();
    follower.stop();
  }
});

function isAveraged(drawn: DrawnDesk | undefined): boolean {
  return /\d/.test(drawn?.candle.values["SMA 10"] ?? "");
}

/** The desk once it shows all that had happened when this began. It may show more by then: the market does not wait. */
async function caughtUp(page: Page, follower: Follower): Promise<DrawnDesk> {
  const { market: ofMarket, account: ofAccount } = { ...follower.known };
  let drawn: DrawnDesk | undefined;
  const behind = async (): Promise<readonly string[]> => {
    follower.check();
    drawn = await readDesk(page);
    const { depth, tape, ticker, last, candle, orders, balances } = drawn;
    const owed: readonly (readonly [Followable, number, { readonly cursor: string }])[] = [
      ["book", ofMarket, depth],
      ["trades", ofMarket, tape],
      ["ticker", ofMarket, ticker],
      ["ticker", ofMarket, last],
      ["candles", ofMarket, candle],
      ["orders", ofAccount, orders],
      ["balances", ofAccount, balances],
    ];
    return owed
      .filter(([name, through, { cursor }]) => positionOf(cursor) < follower.lastChange(name, through))
      .map(([name]) => name);
  };
  await expect.poll(behind, { message: "panels behind the platform", intervals: [10] }).toEqual([]);
  return drawn as DrawnDesk;
}

/** Waits until the follower knows all that the desk had drawn. */
async function expectKnown(follower: Follower, drawn: DrawnDesk): Promise<void> {
  const { depth, tape, ticker, last, candle, orders, balances } = drawn;
  const highest = (panels: readonly { readonly cursor: string }[]) =>
    Math.max(...panels.map(({ cursor }) => positionOf(cursor)));
  const ofMarket = highest([depth, tape, ticker, last, candle]);
  const ofAccount = highest([orders, balances]);
  const isKnown = () => follower.known.market >= ofMarket && follower.known.account >= ofAccount;
  await expect.poll(isKnown, { message: "the follower knows it", intervals: [10] }).toBe(true);
}

/** What the follower holds is what the platform answers to who asks. */
async function expectAnswered(follower: Follower): Promise<void> {
  const { atlas } = stage;
  const { book, cursor } = await atlas.market.getBook({ instrumentId, depth: 1_000 });
  const { ticker, cursor: ofTicker } = await atlas.market.getTicker({ instrumentId });
  const { trades, cursor: ofTrades } = await atlas.market.listTrades({ instrumentId, pageSize: 50 });
  const { orders, cursor: ofOrders } = await atlas.orders.listOrders({ accountId: ACCOUNT, openOnly: true });
  const { balances, cursor: ofBalances } = await atlas.accounts.listBalances({ accountId: ACCOUNT });
  const market = Math.max(...[cursor, ofTicker, ofTrades].map(positionOf));
  const account = Math.max(...[ofOrders, ofBalances].map(positionOf));
  const isKnown = () => follower.known.market >= market && follower.known.account >= account;
  await expect.poll(isKnown, { message: "the follower knows the answers", intervals: [10] }).toBe(true);
  expect(follower.bookAt(positionOf(cursor))).toEqual({ bids: book?.bids, asks: book?.asks });
  expect(follower.tickerAt(positionOf(ofTicker))?.last).toEqual(ticker?.last);
  expect(follower.tradesAt(positionOf(ofTrades)).slice(0, 50)).toEqual(trades);
  expect(follower.ordersAt(positionOf(ofOrders)).map(({ orderId, version }) => [orderId, version])).toEqual(
    orders.map(({ orderId, version }) => [orderId, version]),
  );
  expect(follower.balancesAt(positionOf(ofBalances))).toEqual(balances);
}
