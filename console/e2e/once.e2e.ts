import {
  CancelOrderRequestSchema,
  CancelOrdersRequestSchema,
  ReplaceOrderRequestSchema,
  SubmitOrderRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { expect, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { ownPlatform } from "./platform.ts";
import { ordersOf, written } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();

interface Lost<Request> {
  /** What was asked, attempt by attempt. */
  readonly asked: Request[];
  /** Lets the second attempt through. */
  goOn(): void;
}

/** Of calls of a method the first never arrives, the second does when it is let through but its answer is lost, all others work. */
async function loseAnswers<Schema extends DescMessage>(
  page: Page,
  method: string,
  schema: Schema,
): Promise<Lost<MessageShape<Schema>>> {
  const asked: MessageShape<Schema>[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(`**/${method}`, async (route) => {
    asked.push(fromBinary(schema, route.request().postDataBuffer() ?? new Uint8Array()));
    if (asked.length > 2) return route.continue();
    if (asked.length === 2) {
      await promise;
      await route.fetch();
    }
    return route.abort();
  });
  return { asked, goOn: resolve };
}

/** Buys 0.1 BTC at a price where nobody sells. */
async function work(desk: DeskPage, price: string): Promise<void> {
  await desk.fillLimit("Buy", "0.1", price);
  await desk.send.click();
  await expect(desk.order(nameAt(price))).toContainText("Working");
}

function nameAt(price: string): string {
  return `buy 0.1 BTC-USD at ${written(price, 2)}`;
}

// Seen failing without the pause between two of the same terms.
test("C04: a double click makes one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await desk.fillLimit("Buy", "0.1", "41000");
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/SubmitOrder")) sent += 1;
  });
  await desk.send.dblclick();
  await expect(desk.order("buy 0.1 BTC-USD at 41,000.00")).toHaveCount(1);
  // What comes after a second one is there: so would that be.
  await work(desk, "41100");
  expect(sent).toBe(2);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(2);
});

// Seen failing with a new request id for every attempt, and with an order that is not answered left out of the list.
test("C04: an order whose answer is lost is shown as sent, sent again, and is one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const before = (await ordersOf(stage.atlas, false)).length;
  // The first never reaches the platform, or the stream would tell the order before it can be seen as sent.
  const lost = await loseAnswers(page, "SubmitOrder", SubmitOrderRequestSchema);
  await desk.fillLimit("Buy", "0.1", "42000");
  await desk.send.click();
  await expect(desk.working.getByRole("row").filter({ hasText: "42,000" })).toContainText(/Sent, not answered.*\d+ s/);
  lost.goOn();
  await expect(desk.order("buy 0.1 BTC-USD at 42,000.00")).toHaveCount(1);
  await expect.poll(() => lost.asked.length).toBe(3);
  expect(new Set(lost.asked.map(({ requestId }) => requestId)).size).toBe(1);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before + 1);
});

// Seen failing with the outbox kept in memory only.
test("C04: an order on its way through a reload is shown as sent with its age, and is one order", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  const before = (await ordersOf(stage.atlas, false)).length;
  // It never reaches the platform: only a page that remembers it can bring it there.
  let isHeld = true;
  await page.route("**/SubmitOrder", (route) => (isHeld ? undefined : route.continue()));
  await desk.fillLimit("Buy", "0.1", "43000");
  await desk.send.click();
  await expect(desk.working.getByRole("row").filter({ hasText: "43,000" })).toContainText(/Sent.*\d+ s/);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before);
  isHeld = false;
  await page.reload();
  // It goes away by itself: it is looked for first.
  await expect(page.getByText("Placed after all: buy 0.1 BTC at 43,000.00.").first()).toBeAttached({ timeout: 30_000 });
  await desk.ready();
  await expect(desk.order("buy 0.1 BTC-USD at 43,000.00")).toHaveCount(1);
  expect(await ordersOf(stage.atlas, false)).toHaveLength(before + 1);
});

// Seen failing with a new request id for every attempt, with an answer that is lost told as "Not cancelled", and with nothing said
// while it is asked again.
test("C04: a cancel whose answer is lost is said to be sent again, under the same id, and its outcome may come by the stream", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await work(desk, "40000");
  const lost = await loseAnswers(page, "CancelOrder", CancelOrderRequestSchema);
  await desk.cancel(nameAt("40000")).click();
  await expect(desk.order(nameAt("40000"))).toContainText("cancel sent again");
  await desk.cancel(nameAt("40000")).click();
  lost.goOn();
  await expect(desk.order(nameAt("40000"))).toHaveCount(0);
  expect(new Set(lost.asked.map(({ requestId }) => requestId)).size).toBe(1);
  await expect(page.getByRole("log", { name: "Messages" })).not.toContainText(/[Nn]ot cancelled|not known/);
});

// Seen failing with a new request id for every attempt, with an answer that is lost told as a change that was not made, and with
// each Enter of a key held down taken for a change.
test("C04: a change whose answer is lost is said to be sent again, under the same id, and Enter held is one change", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await work(desk, "40000");
  const lost = await loseAnswers(page, "ReplaceOrder", ReplaceOrderRequestSchema);
  await page.getByRole("button", { name: `Amend: ${nameAt("40000")}` }).click();
  await page.getByRole("textbox", { name: `New price: ${nameAt("40000")}` }).fill("40100");
  for (let repeat = 0; repeat < 5; repeat += 1) await page.keyboard.down("Enter");
  await expect(desk.working).toContainText("change sent again");
  await expect.poll(() => lost.asked.length).toBe(2);
  lost.goOn();
  await expect(desk.order(nameAt("40100"))).toContainText("Working");
  await page.keyboard.up("Enter");
  expect(new Set(lost.asked.map(({ requestId }) => requestId)).size).toBe(1);
  await expect(page.getByRole("textbox", { name: /^New price/ })).toHaveCount(0);
});

// Seen failing with a new request id for every attempt.
test("C04: cancelling all, with its answer lost, is asked again under the same id until it is told", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await work(desk, "39000");
  const lost = await loseAnswers(page, "CancelOrders", CancelOrdersRequestSchema);
  await page.getByRole("button", { name: "Cancel all…" }).click();
  await page.getByRole("button", { name: /^Cancel all \d/ }).click();
  await expect(desk.order(nameAt("39000"))).toContainText("cancel sent again");
  lost.goOn();
  await expect(desk.order(nameAt("39000"))).toHaveCount(0);
  await expect(page.getByRole("log", { name: "Messages" })).toContainText(/Cancelling \d+ orders?\./);
  expect(new Set(lost.asked.map(({ requestId }) => requestId)).size).toBe(1);
});

const MINUTE = 60_000;

for (const [words, off] of [
  ["a quarter of an hour ahead", 15 * MINUTE],
  ["a quarter of an hour behind", -15 * MINUTE],
  ["a day ahead", 24 * 60 * MINUTE],
  ["a day behind", -24 * 60 * MINUTE],
] as const) {
  // Seen failing with request ids by the browser's clock, for the platform takes none that lies in its future, with ages by it,
  // and with an access token's end compared with it: who is ahead could do nothing, who is behind fetched no new one in time.
  test(`C02, C04: a browser whose clock is ${words} signs in, places, changes, cancels and stays live`, async ({
    page,
  }) => {
    await page.clock.install({ time: Date.now() + off });
    const desk = new DeskPage(page);
    await desk.signIn(await stage.link());
    await work(desk, "37000");
    await expect(desk.order(nameAt("37000")).getByRole("cell", { name: /^\d+ s$/ })).toHaveCount(1);
    await page.getByRole("button", { name: `Amend: ${nameAt("37000")}` }).click();
    await page.getByRole("textbox", { name: `New price: ${nameAt("37000")}` }).fill("37100");
    await page.keyboard.press("Enter");
    await expect(desk.order(nameAt("37100"))).toContainText("Working");
    await page.reload();
    await desk.ready();
    // A token is of ten minutes: a new one is fetched before its end, and the stream goes on by it.
    const renewed = page.waitForResponse("**/RefreshToken");
    await page.clock.fastForward("09:20");
    expect((await renewed).status()).toBe(200);
    await expect(desk.connection).toHaveText("Live");
    await desk.cancel(nameAt("37100")).click();
    await expect(desk.order(nameAt("37100"))).toHaveCount(0);
  });
}

// Seen failing with the second half of a double click taken for a click: the next order has come under the pointer by then.
test("C04: a double click on Cancel cancels one order, and one on Cancel all answers no question", async ({ page }) => {
  const desk = new DeskPage(page);
  await desk.signIn(await stage.link());
  await work(desk, "38000");
  await work(desk, "38100");
  const box = await desk.cancel(nameAt("38100")).boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  await page.mouse.click(x, y);
  await expect(desk.order(nameAt("38100"))).toHaveCount(0);
  await secondClick(page, x, y);
  await expect(page.getByRole("button", { name: "Cancel all…" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel all…" }).click();
  const confirm = await page.getByRole("button", { name: /^Cancel all \d/ }).boundingBox();
  await secondClick(page, (confirm?.x ?? 0) + 5, (confirm?.y ?? 0) + 5);
  await page.getByRole("button", { name: "Keep" }).click();
  await expect(desk.order(nameAt("38000"))).toContainText("Working");
  expect(await ordersOf(stage.atlas, true)).toHaveLength(1);
});

/** The second half of a double click. */
async function secondClick(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.move(x, y);
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
}
