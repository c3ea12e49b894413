import { OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService, type PreviewOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { expect, test } from "vitest";
import { type Dice, dice } from "../simulated/dice.ts";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, type OrderFields } from "../testing/desk.ts";

const ROUNDS = 120;
/** A market of clients alone: nobody moves between preview and order. */
const QUIET = "ETH-USD";

function randomOrder(roll: Dice): OrderFields {
  const isMarket = roll.onceIn(5);
  const kinds = isMarket ? [TimeInForce.IOC, TimeInForce.FOK] : [TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK];
  return {
    instrumentId: QUIET,
    side: roll.pick([Side.BUY, Side.SELL]),
    type: isMarket ? OrderType.MARKET : OrderType.LIMIT,
    timeInForce: roll.pick(kinds),
    quantity: ((1 + roll(6_000)) / 1_000).toFixed(3),
    limitPrice: isMarket ? "" : (2_980 + roll(80) / 2).toFixed(2),
  };
}

/** Balances as a preview shows them: `available/reserved` by asset. */
function shownBalances({ balancesAfter }: PreviewOrderResponse): [string, string][] {
  return balancesAfter.map(({ asset, available, reserved }) => [asset, `${available}/${reserved}`]);
}

test("a preview's numbers, on a quiet book, are what the order then comes to: 120 random orders", async () => {
  const platform = await new MemoryPlatform().start();
  const funds = { USD: "900000", ETH: "300" };
  const makers = new Desk(platform, await platform.account("ada", { USD: "9000000", ETH: "3000" }));
  const desk = new Desk(platform, await platform.account("bob", funds));
  const roll = dice(5);
  // the venue hears of an order only when the balances of its acceptance have been read
  platform.world.appendFault = ({ topic }) =>
    topic === "venue.orders" ? { kind: "delayed", milliseconds: 300 } : undefined;
  const seen = { refused: 0, taken: 0, rested: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, from] of [
      [Side.BUY, 2_985],
      [Side.SELL, 3_000],
    ] as const) {
      const limitPrice = (from + roll(30) / 2).toFixed(2);
      const quantity = ((1 + roll(3_000)) / 1_000).toFixed(3);
      await platform.run(makers.submit({ instrumentId: QUIET, side, limitPrice, quantity }));
    }
    await platform.clock.advance(1_000);
    const order = randomOrder(roll);
    const request = { accountId: desk.accountId, order };
    const shown = await platform.run(platform.client(OrderService).previewOrder(request));
    if (shown.refusal !== undefined) {
      seen.refused++;
      await expect(platform.run(desk.submit(order))).rejects.toThrow();
      continue;
    }
    const accepted = await platform.run(desk.submit(order));
    expect(accepted.reserved).toEqual(shown.required);
    for (const [asset, holds] of shownBalances(shown)) expect(await platform.run(desk.holds(asset))).toBe(holds);
    await platform.clock.advance(1_000);
    const done = await platform.run(desk.read(accepted.orderId));
    const took = done.cumulativeQuantity !== "0";
    if (took) expect([done.averagePrice, done.fees]).toEqual([shown.averagePrice, shown.estimatedFees?.amount]);
    else
      expect([shown.averagePrice, shown.estimatedFees?.amount ?? "0"]).toEqual([
        order.limitPrice && done.limitPrice,
        "0",
      ]);
    if (order.type === OrderType.LIMIT) {
      const notional = Number(order.limitPrice) * Number(order.quantity);
      expect(Number(shown.notional?.amount)).toBeCloseTo(notional, 5);
    }
    seen[took ? "taken" : "rested"]++;
    await platform.run(desk.cancel(accepted.orderId).catch(() => undefined));
    await platform.clock.advance(1_000);
  }
  expect(Math.min(seen.taken, seen.rested)).toBeGreaterThan(15);
  expect(platform.failures).toEqual([]);
}, 60_000);
