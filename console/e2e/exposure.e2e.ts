import { expect } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { floorTo, product, sum } from "./exact.ts";
import { ownPlatform } from "./platform.ts";
import { balancesOf, written } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

// Fails when what is reserved is left out of what is held, and when a buy lowers it.
test("C21: the preview tells the exposure before and after, by the last price that the header shows", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await desk.fillLimit("Sell", "2", "55000");
  await desk.send.click();
  await expect(desk.reserved("BTC")).toHaveText("2.0000");
  await desk.fillLimit("Buy", "1.5", "45000");
  const [available = "", reserved = ""] = (await balancesOf(stage.atlas)).get("BTC") ?? [];
  const held = sum(available, reserved);
  await expect(page.getByLabel("Preview", { exact: true })).toContainText("→");
  // In one go: the price moves.
  const shown = await page.evaluate(() => {
    const term = (words: string): string => {
      const found = [...document.querySelectorAll("dt")].find(({ textContent }) => textContent === words);
      return (found?.parentElement?.querySelector("dd")?.textContent ?? "").replaceAll(/[▲▼\s\u00a0,]/g, "");
    };
    return { last: term("Last price"), exposure: term("Exposure") };
  });
  const worth = (quantity: string): string =>
    written(floorTo(product(quantity, shown.last), "1"), 0).replaceAll(",", "");
  expect(shown.exposure).toBe(`${worth(held)}→${worth(sum(held, "1.5"))}USD`);
});
