import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { expect } from "@playwright/test";
import type { DeskPage } from "./desk-page.ts";
import { balancesOf, ordersOf, written } from "./server-truth.ts";

/** The desk shows the account's working orders and balances as the platform has them, no more and no less. */
export async function expectSameAccount(desk: DeskPage, atlas: AtlasClient): Promise<void> {
  const orders = await ordersOf(atlas, true);
  await expect(desk.working.getByRole("button", { name: /^Cancel: / })).toHaveCount(orders.length);
  for (const { quantity, instrumentId, limitPrice } of orders) {
    await expect(desk.order(`buy ${quantity} ${instrumentId} at ${written(limitPrice, 2)}`)).toHaveCount(1);
  }
  for (const [asset, [available, reserved]] of await balancesOf(atlas)) {
    const places = asset === "USD" ? 2 : 4;
    await expect(desk.available(asset)).toHaveText(written(available, places));
    await expect(desk.reserved(asset)).toHaveText(written(reserved, places));
  }
}
