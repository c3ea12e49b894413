import { timestampDate } from "@bufbuild/protobuf/wkt";
import { expect, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { Line } from "./line.ts";
import { ownPlatform } from "./platform.ts";
import { createZoe } from "./second-person.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

// Seen failing with the link's address kept in the tab's history.
test("a login link opens the desk, leaves nothing in the address or history, and a reload stays signed in", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  const link = await stage.link();
  await desk.signIn(link);
  await expect(page).toHaveURL(new RegExp(`^${stage.url}/(\\?|$)`));
  const [, token = ""] = link.split("#");
  const visited = await page.evaluate(() => navigation.entries().map(({ url }) => url));
  expect(visited.join(" ")).not.toContain(token);
  await page.reload();
  await desk.ready();
  // A browser that lost its tab still has the cookie.
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await desk.ready();
});

// Seen failing with the platform's words for a spent link replaced by general ones.
test("a login link works once: the second use says so and tells how to get another", async ({ page, browser }) => {
  const link = await stage.link();
  await new DeskPage(page).signIn(link);
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByRole("alert")).toContainText("This link does not work any more");
  await expect(other.getByRole("alert")).toContainText("npx atlas keys login-link");
  await expect(other).toHaveURL(`${stage.url}/login`);
  // Another one, pasted, is as good as one opened.
  await other.getByRole("textbox", { name: "Or paste a link" }).fill(await stage.link());
  await other.getByRole("button", { name: "Sign in" }).click();
  await new DeskPage(other).ready();
  await other.context().close();
});

// Seen failing with the log-out call left out: the cookie signed the page in again.
test("logging out ends the session, for a reload too", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("alert")).toContainText("You are logged out");
  await page.goto(stage.url);
  await expect(page.getByRole("alert")).toContainText("Sign in");
  await expect(desk.ticket).toHaveCount(0);
});

/** The page that a link no good leads to: what happened, and how to get one that is. */
async function expectNewLinkOffered(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("For a new link, run this where the platform is installed");
  await expect(page.getByRole("alert")).toContainText("npx atlas keys login-link");
  await expect(page.getByRole("button", { name: "Open the desk" })).toHaveCount(0);
}

// Seen failing with the platform's words for a link that it does not know replaced by general ones.
test("a wrong link says so and tells how to get another", async ({ page }) => {
  await page.goto(`${(await stage.link()).slice(0, -4)}AAAA`);
  await expectNewLinkOffered(page);
});

// Seen failing with links that the platform takes whatever their age.
test("an old link says so and tells how to get another", async ({ page }) => {
  const request = { userId: "", lifetime: { seconds: 1n, nanos: 0 } };
  const { path, expireTime } = await stage.atlas.identity.createLoginLink(request);
  const end = expireTime === undefined ? Number.NaN : timestampDate(expireTime).getTime();
  await expect.poll(() => Date.now() > end).toBe(true);
  await page.goto(`${stage.url}${path}`);
  await expectNewLinkOffered(page);
});

// Seen failing with a page that tells of the spent link alone.
test("a link opened a second time by who is signed in by it offers the desk", async ({ page, context }) => {
  await createZoe(stage.atlas);
  const link = await stage.link("zoe");
  await new DeskPage(page).signIn(link);
  const second = await context.newPage();
  await second.goto(link);
  await expect(second.getByRole("alert")).toContainText("This link does not work any more");
  await expect(second.getByRole("alert")).toContainText("This browser is signed in as zoe.");
  await second.getByRole("button", { name: "Open the desk" }).click();
  await new DeskPage(second).ready();
  // Who comes to the page without a link needs none either.
  await second.goto(`${stage.url}/login`);
  await expect(second.getByRole("heading", { name: "You are signed in" })).toBeVisible();
  await second.getByRole("button", { name: "Open the desk" }).click();
  await new DeskPage(second).ready();
});

/** Seen failing with a log-out that clears whatever cookie there is, and with a page that offers no way on. */
test("two people in tabs of one browser: who signed in later stays so when the first logs out, and the first may go on as them", async ({
  page,
  context,
}) => {
  test.setTimeout(60_000);
  await createZoe(stage.atlas);
  await new DeskPage(page).signIn(await stage.link());
  const third = await context.newPage();
  await third.clock.install();
  // By the first person's cookie.
  await new DeskPage(third).signIn(stage.url);
  const second = await context.newPage();
  await new DeskPage(second).signIn(await stage.link("zoe"));

  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("alert")).toContainText("You are logged out");
  await second.evaluate(() => sessionStorage.clear());
  await second.reload();
  await new DeskPage(second).ready();
  await expect(second.getByRole("combobox", { name: "Account" }).getByRole("option")).toHaveText(["zoes"]);

  await expect(third.getByRole("alert")).toContainText("Somebody else signed in");
  await third.getByRole("button", { name: "Go on as zoe" }).click();
  await new DeskPage(third).ready();
  await expect(third.getByRole("combobox", { name: "Account" }).getByRole("option")).toHaveText(["zoes"]);
});

// Seen failing with one name for the cookies of all ports.
test("two platforms on one machine keep their people apart", async ({ page, context }) => {
  await createZoe(stage.atlas);
  // By another port it is another platform, as far as a browser can tell.
  const other = await Line.to(() => stage.port);
  await new DeskPage(page).signIn(await stage.link());
  const second = await context.newPage();
  await new DeskPage(second).signIn(other.over(await stage.link("zoe")));
  await page.evaluate(() => sessionStorage.clear());
  await page.reload();
  await new DeskPage(page).ready();
  await expect(page.getByRole("combobox", { name: "Account" }).getByRole("option")).toContainText(["demo"]);
  other.close();
});
