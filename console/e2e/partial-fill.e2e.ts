import { type AtlasClient, atlasClient } from "@atlas/cli/client/atlas-client";
import { requestId } from "@atlas/cli/client/request-id";
import { makeUser } from "@atlas/cli/testing/users";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderStatus, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { ordersOf } from "./server-truth.ts";
import { ask, bid, StillMarket } from "./still-market.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
const market = new StillMarket("PAR", () => stage.atlas);
const ORDER = "buy 1 PAR-USD at 100.00";

/** Somebody else who has something to sell. */
async function seller(): Promise<AtlasClient> {
  const { atlas } = stage;
  const key = await makeUser(atlas, "zoe", []);
  await atlas.accounts.createAccount({ requestId: requestId(), accountId: "zoes", ownerId: "zoe" });
  await atlas.identity.grantAccount({ userId: "zoe", grant: { accountId: "zoes", role: Role.TRADER } });
  const amount = { asset: "PAR", amount: "10" };
  await atlas.accounts.depositFunds({ requestId: requestId(), accountId: "zoes", amount });
  return atlasClient(stage.url, key.secret);
}

async function sell(zoe: AtlasClient, quantity: string): Promise<void> {
  const terms = { type: OrderType.LIMIT, timeInForce: TimeInForce.IOC, quantity, limitPrice: "100" };
  const order = { instrumentId: market.instrumentId, side: Side.SELL, ...terms };
  await zoe.orders.submitOrder({ requestId: requestId(), accountId: "zoes", order });
}

/** Fails when what is left is drawn instead of what is filled, and when a second fill of an order is not shown. */
test("C30: an order that is filled in two steps is watched filling: its bar grows, then it is among the fills", async ({
  page,
}) => {
  await market.define();
  await market.play([bid("99", "5"), ask("101", "5")]);
  const zoe = await seller();
  const desk = new DeskPage(page);
  await desk.openOn(stage, market.instrumentId);
  await desk.fillLimit("Buy", "1", "100");
  await desk.send.click();
  const row = desk.order(ORDER);
  const bar = row.getByRole("progressbar", { name: `Filled: ${ORDER}` });
  await expect(row).toContainText("Working");
  await expect(bar).toHaveJSProperty("position", 0);
  await expect(desk.reserved("USD")).toHaveText("100.00");

  await sell(zoe, "0.25");
  await expect(bar).toHaveJSProperty("position", 0.25);
  await expect(row).toContainText("Part filled");
  await expect(row.getByTitle("0.25 of 1 filled at 100.00 on average")).toBeVisible();
  await expect(desk.available("PAR")).toHaveText("0.2500");
  await expect(desk.reserved("USD")).toHaveText("75.00");

  await sell(zoe, "0.35");
  await expect(bar).toHaveJSProperty("position", 0.6);
  await expect(row.getByTitle("0.6 of 1 filled at 100.00 on average")).toBeVisible();

  await sell(zoe, "0.4");
  await expect(row).toHaveCount(0);
  await expect(desk.available("PAR")).toHaveText("1.0000");
  await expect(desk.reserved("USD")).toHaveText("0.00");
  await page.getByRole("tab", { name: "Fills" }).click();
  const fills = page.getByRole("table", { name: "Fills" }).getByRole("row").filter({ hasText: "Maker" });
  await expect(fills).toHaveCount(3);
  const [order] = await ordersOf(stage.atlas, false);
  expect([order?.status, order?.cumulativeQuantity]).toEqual([OrderStatus.FILLED, "1"]);
  zoe.close();
});
