import { requestId } from "@atlas/cli/client/request-id";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { expect } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

// Fails when the preview keeps the account of the desk's start, and when a reload forgets the account chosen.
test("C21: the preview is of the account chosen, which a reload keeps", async ({ page }) => {
  const { atlas } = stage;
  await atlas.identity.createUser({ userId: "zoe", roles: [] });
  for (const [accountId, amount] of [
    ["first", "1000"],
    ["second", "500000"],
  ] as const) {
    await atlas.accounts.createAccount({ requestId: requestId(), accountId, ownerId: "zoe" });
    await atlas.identity.grantAccount({ userId: "zoe", grant: { accountId, role: Role.TRADER } });
    await atlas.accounts.depositFunds({ requestId: requestId(), accountId, amount: { asset: "USD", amount } });
  }
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link("zoe"));
  const account = page.getByRole("combobox", { name: "Account" });
  await account.selectOption("first");
  await expect(desk.available("USD")).toHaveText("1,000.00");
  const asked = page.waitForRequest((request) => request.url().endsWith("/PreviewOrder"));
  await desk.fillLimit("Buy", "0.01", "45000");
  expect((await asked).postDataBuffer()?.includes("first")).toBe(true);
  const askedAnew = page.waitForRequest(
    (request) => request.url().endsWith("/PreviewOrder") && request.postDataBuffer()?.includes("second") === true,
  );
  await account.selectOption("second");
  await askedAnew;
  await page.reload();
  await desk.ready();
  await expect(account).toHaveValue("second");
  await expect(desk.available("USD")).toHaveText("500,000.00");
  await page.goto(`${stage.url}/?instrument=BTC-USD&account=demo`);
  await desk.ready();
  await expect(account).not.toHaveValue("demo");
});
