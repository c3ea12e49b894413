import { SubscribeRequestSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { fromBinary } from "@bufbuild/protobuf";
import { expect, type Locator, type Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { Line } from "./line.ts";
import { ownPlatform } from "./platform.ts";
import { expectSameAccount } from "./same-account.ts";
import { cancel, cancelOpen, ordersOf, placeLimit } from "./server-truth.ts";
import { test } from "./strict-page.ts";

const stage = ownPlatform();
/** Milliseconds. */
const DELAY = 200;
let line: Line;

test.beforeEach(async () => {
  line = await Line.to(() => stage.port);
});

test.afterEach(async () => {
  line.close();
  await cancelOpen(stage.atlas);
});

/** The cursors of each stream that the page asks for from now on. */
function watchCursors(page: Page): (readonly string[])[] {
  const asked: (readonly string[])[] = [];
  page.on("request", (request) => {
    if (!request.url().endsWith("/Subscribe")) return;
    // Behind a byte of flags and four of length.
    const body = request.postDataBuffer()?.subarray(5) ?? new Uint8Array();
    asked.push(fromBinary(SubscribeRequestSchema, body).subscriptions.map(({ cursor }) => cursor));
  });
  return asked;
}

async function openDesk(page: Page): Promise<DeskPage> {
  const desk = new DeskPage(page);
  await desk.signIn(line.over(await stage.link()));
  await desk.fillLimit("Buy", "0.1", "45000");
  await desk.send.click();
  await expect(desk.order("buy 0.1 BTC-USD at 45,000.00")).toHaveCount(1);
  return desk;
}

/** Whether it is drawn without colours, it or what it stands in. */
function isGrey(one: Locator): Promise<boolean> {
  return one.evaluate((element) => {
    let at: Element | null = element;
    while (at !== null && !getComputedStyle(at).filter.includes("grayscale")) at = at.parentElement;
    return at !== null;
  });
}

/** What another client of the account does meanwhile: one order goes, two come. */
async function actElsewhere(): Promise<void> {
  const [mine] = await ordersOf(stage.atlas, true);
  await cancel(stage.atlas, mine?.orderId ?? "");
  await placeLimit(stage.atlas, "0.2", "44000");
  await placeLimit(stage.atlas, "0.3", "43000");
  // A cancel is answered before the venue has acted on it.
  await expect.poll(() => ordersOf(stage.atlas, true)).toHaveLength(2);
}

/**
 * Fails when silence is not told from an idle market, when the title tells the last price as if it were of now, when a stream is opened again without its cursors, and when an order is
 * sent on old prices without a question.
 */
test("C02, I27: the network goes silent: the desk greys, says how old it is, asks before it sends, and resumes by cursor", async ({
  page,
}) => {
  const desk = await openDesk(page);
  const asked = watchCursors(page);
  line.silence();
  await expect(desk.connection).toHaveText("Stale");
  await expect(desk.notice).toContainText(/What you see is ([3-9]|\d\d) s old\./);
  await expect(desk.age).toHaveText(/^([3-9]|\d\d)\.\d s$/);
  await expect(page).toHaveTitle(/^\(old\) [\d,.]+ BTC-USD · Atlas$/);
  await expect.poll(() => isGrey(desk.bids.first())).toBe(true);
  await desk.send.click();
  await expect(desk.send).toHaveText(/^Prices are \d+ s old\. Send anyway\?$/);
  await actElsewhere();
  line.mend();
  await expect(desk.connection).toHaveText("Live", { timeout: 15_000 });
  await expect(desk.notice).toHaveText("");
  await expect.poll(() => isGrey(desk.bids.first())).toBe(false);
  await expect(page).toHaveTitle(/^[\d,.]+ BTC-USD · Atlas$/);
  await expect(desk.send).toHaveText("Buy 0.1 BTC at 45,000.00");
  await expectSameAccount(desk, stage.atlas);
  expect(asked.at(-1)?.length).toBeGreaterThan(8);
  expect(asked.at(-1)).not.toContain("");
});

/** Fails when the browser's word that it is offline is not passed on, and when its being back is not taken for a cue. */
test("C02, I27: the machine is offline: the desk says so, and is back as soon as the network is", async ({
  page,
  context,
}) => {
  await page.clock.install();
  const desk = await openDesk(page);
  const asked = watchCursors(page);
  line.cut();
  await context.setOffline(true);
  await expect(desk.notice).toContainText("This machine is offline.");
  await expect(desk.connection).toHaveText(/Disconnected|Connecting/);
  await actElsewhere();
  await expect(desk.notice).toContainText(/What you see is ([6-9]|\d\d) s old\./, { timeout: 20_000 });
  // No time passes for the page from here on, so that no try comes by itself: it has to be woken.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
  // A try may be under way, begun just before: it fails first, for who is back in the midst of one is not to be woken.
  await expect(desk.connection).toHaveText("Disconnected");
  line.mend();
  const woken = page.waitForRequest((request) => request.url().endsWith("/Subscribe"));
  await Promise.all([woken, context.setOffline(false)]);
  await page.clock.resume();
  await expect(desk.connection).toHaveText("Live", { timeout: 15_000 });
  await expectSameAccount(desk, stage.atlas);
  expect(asked.at(-1)).not.toContain("");
});

/** Fails when what was heard before the sleep counts as fresh, and when a stream is opened again without its cursors. */
test("C02, I27: the laptop sleeps and wakes: the page says how old it is, goes on from its cursor, and shows what the platform has", async ({
  page,
}) => {
  await page.clock.install();
  const desk = await openDesk(page);
  const asked = watchCursors(page);
  // From here on nothing that the page waits for comes: no timer, no frame, nothing over the network.
  await page.clock.pauseAt(Date.now() + 1_000);
  line.silence();
  await actElsewhere();
  await expect(desk.order("buy 0.1 BTC-USD at 45,000.00")).toHaveCount(1);
  await page.clock.fastForward("04:00");
  await page.clock.resume();
  await expect(desk.notice).toContainText("What you see is 4 min old.");
  line.mend();
  await expect(desk.connection).toHaveText("Live", { timeout: 15_000 });
  await expectSameAccount(desk, stage.atlas);
  expect(asked.at(-1)).not.toContain("");
});

/** Fails when the last order's round trip is left out. */
test("C02: the header tells the connection, the age of the last message, and the last order's round trip", async ({
  page,
}) => {
  const desk = new DeskPage(page);
  await desk.signIn(line.over(await stage.link()));
  await expect(desk.connection).toHaveText("Live");
  await expect(desk.roundTrip).toHaveText("—");
  // A heartbeat comes every second.
  await expect(desk.age).toHaveText(/^[01]\.\d s$/);
  await desk.fillLimit("Buy", "0.1", "45000");
  // A known part of the way, so that the figure has a lower bound too.
  await page.route("**/SubmitOrder", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, DELAY));
    await route.continue();
  });
  const began = performance.now();
  await desk.send.click();
  await expect(desk.roundTrip).toHaveText(/^\d+ ms$/);
  const took = performance.now() - began;
  const shown = Number.parseInt((await desk.roundTrip.textContent()) ?? "", 10);
  expect(shown).toBeGreaterThanOrEqual(DELAY);
  expect(shown).toBeLessThanOrEqual(Math.ceil(took));
});
