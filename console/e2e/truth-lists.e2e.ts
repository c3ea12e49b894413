import type { Level } from "@atlas/gen/atlas/market/v1/market_pb";
import { type Fill, Liquidity, type Order, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect } from "@playwright/test";
import { ceilTo, floorTo, product, sum } from "./exact.ts";
import { type Follower, positionOf } from "./follower.ts";
import { type DrawnLadder, readHistory, readLadder } from "./list-figures.ts";
import { ownPlatform } from "./platform.ts";
import { ACCOUNT, written } from "./server-truth.ts";
import { test } from "./strict-page.ts";
import { SEED, whileMoving } from "./while-moving.ts";

const stage = ownPlatform();
const MOMENTS = 6;
const STEP = "0.1";
const STATUS: Partial<Record<OrderStatus, string>> = {
  [OrderStatus.PENDING_SUBMIT]: "Submitting",
  [OrderStatus.LIVE]: "Working",
  [OrderStatus.PARTIALLY_FILLED]: "Part filled",
  [OrderStatus.FILLED]: "Filled",
  [OrderStatus.PENDING_CANCEL]: "Cancelling",
  [OrderStatus.CANCELED]: "Cancelled",
};

/** Fails when asks are grouped down, when a group that is told in part is shown, and when own orders stand at the other side. */
test("C01, C11: while the market moves, every figure in the ladder is what the platform tells of its position", async ({
  page,
}) => {
  await whileMoving(page, stage, "TRL", async ({ follower, next }) => {
    const depth = page.getByRole("region", { name: "Depth" });
    await depth.getByText("Ladder", { exact: true }).click();
    await depth.getByRole("combobox", { name: "Group prices by" }).selectOption(STEP);
    await expect(page.getByRole("grid", { name: "Price ladder" })).toBeVisible();
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      await next();
      const drawn = await readLadder(page);
      const isKnown = () =>
        follower.known.market >= positionOf(drawn.cursor) && follower.known.account >= positionOf(drawn.orders);
      await expect.poll(isKnown, { message: "the follower knows it", intervals: [10] }).toBe(true);
      expectTrueLadder(drawn, follower, `moment ${moment} of seed ${SEED}`);
    }
  });
});

function expectTrueLadder({ cursor, orders, steps }: DrawnLadder, follower: Follower, when: string): void {
  const { bids, asks } = follower.bookAt(positionOf(cursor));
  const [buys, sells] = [grouped(bids, floorTo), grouped(asks, ceilTo)];
  const own = ownByPrice(follower.ordersAt(positionOf(orders)));
  expect(steps.length, when).toBeGreaterThan(10);
  // Of the levels furthest away some are not told: those steps are empty.
  const [lowest, highest] = [lastShown(steps, "bid"), lastShown(steps, "ask")];
  for (const step of steps) {
    const price = step.price.replaceAll(",", "");
    const words = (quantity: string | undefined) => (quantity === undefined ? "" : written(quantity, 4));
    if (Number(price) >= Number(lowest)) expect(step.bid, `bid at ${price}, ${when}`).toBe(words(buys.get(price)));
    if (Number(price) <= Number(highest)) expect(step.ask, `ask at ${price}, ${when}`).toBe(words(sells.get(price)));
    expect(step.ownBid, `own at ${price}, ${when}`).toBe(own.get(price) ?? "");
    expect(step.ownAsk, `own ask at ${price}, ${when}`).toBe("");
  }
  expect(steps.filter(({ bid }) => bid !== "").length, "bids").toBeGreaterThanOrEqual(5);
  expect(steps.filter(({ ask }) => ask !== "").length, "asks").toBeGreaterThanOrEqual(5);
}

/** Price of the outermost step that something stands at. */
function lastShown(steps: DrawnLadder["steps"], side: "bid" | "ask"): string {
  const shown = steps.filter((step) => step[side] !== "");
  return (side === "bid" ? shown.at(-1) : shown[0])?.price.replaceAll(",", "") ?? "";
}

function grouped(
  levels: readonly Level[],
  round: (value: string, step: string) => string,
): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const { price, quantity } of levels) {
    const at = written(round(price, STEP), 2);
    groups.set(at, sum(groups.get(at) ?? "0", quantity));
  }
  return groups;
}

/** What is left of the account's orders, all of which buy. */
function ownByPrice(orders: readonly Order[]): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  for (const { limitPrice, leavesQuantity } of orders) {
    const at = written(floorTo(limitPrice, STEP), 2);
    own.set(at, sum(own.get(at) ?? "0", leavesQuantity));
  }
  return own;
}

/** Fails when a fill's value is its quantity, when an order's average is its price, and when histories are read once only. */
test("C01, C30: while the market moves, every fill is one that the platform tells, and every order as it once was; at rest, as it is", async ({
  page,
}) => {
  test.setTimeout(90_000);
  await whileMoving(page, stage, "TRH", async ({ follower, next, market }) => {
    await page.getByRole("tab", { name: "Fills" }).click();
    await expect.poll(async () => (await readHistory(page, "Fills")).length).toBeGreaterThan(2);
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      await next();
      const drawn = await readHistory(page, "Fills");
      const { fills } = await stage.atlas.orders.listFills({ accountId: ACCOUNT, pageSize: 1_000 });
      const told = new Map(fills.map((fill) => [fill.executionId, fillWords(fill)]));
      for (const { byTitle } of drawn) {
        const { Time: _time, ...shown } = byTitle;
        const words = Object.values(shown).map(({ text }) => text);
        expect(words, `moment ${moment} of seed ${SEED}`).toEqual(told.get(byTitle.Execution?.text ?? ""));
      }
    }
    await page.getByRole("tab", { name: "Order history" }).click();
    await expect.poll(async () => (await readHistory(page, "Order history")).length).toBeGreaterThan(2);
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      await next();
      for (const { byTitle } of await readHistory(page, "Order history")) {
        const shown = orderFigures(byTitle);
        const orderId = byTitle.Order?.text ?? "";
        const once = () => follower.versionsOf(orderId).map((order) => orderWords(order).join(" "));
        await expect.poll(once, `moment ${moment} of seed ${SEED}`).toContain(shown.join(" "));
      }
    }
    await market.stop();
    const atRest = async (): Promise<boolean> => {
      // Asked each time: what was played last may still be on its way to the account.
      const { orders } = await stage.atlas.orders.listOrders({ accountId: ACCOUNT, pageSize: 1_000 });
      const wanted = orders.map((order, index) => `${index} ${orderWords(order).join(" ")}`);
      const rows = await readHistory(page, "Order history");
      const shown = rows.map(({ index, byTitle }) => `${index} ${orderFigures(byTitle).join(" ")}`);
      return shown.length > 2 && shown.every((row, index) => row === wanted[index]);
    };
    await expect.poll(atRest, `rows as the platform tells them, seed ${SEED}`).toBe(true);
  });
});

function fillWords({ instrumentId, side, price, quantity, fee, liquidity, ...ids }: Fill): readonly string[] {
  return [
    instrumentId,
    side === Side.BUY ? "▲ Buy" : "▼ Sell",
    written(price, 2),
    written(quantity, 4),
    written(product(price, quantity), 2),
    fee === undefined ? "—" : written(fee.amount, 2),
    fee?.asset ?? "—",
    liquidity === Liquidity.MAKER ? "Maker" : "Taker",
    ids.orderId,
    ids.matchId,
    ids.executionId,
  ];
}

const FIGURES = ["Instrument", "Side", "Price", "Quantity", "Filled", "Average", "Status"];

function orderFigures(byTitle: Readonly<Record<string, { readonly text: string }>>): readonly string[] {
  return FIGURES.map((title) => byTitle[title]?.text ?? "");
}

function orderWords(order: Order): readonly string[] {
  const { instrumentId, side, limitPrice, quantity, cumulativeQuantity, averagePrice, status } = order;
  return [
    instrumentId,
    side === Side.BUY ? "▲ Buy" : "▼ Sell",
    written(limitPrice, 2),
    written(quantity, 4),
    written(cumulativeQuantity, 4),
    averagePrice === "" ? "—" : written(averagePrice, 2),
    STATUS[status] ?? "",
  ];
}
