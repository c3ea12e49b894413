import { type NewOrder, NewOrderSchema, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { DepthLevels } from "./depth-levels.ts";
import { PreviewTurns, type PreviewWorld, reachOf } from "./ticket-preview.ts";

/** Time that passes when it is told to, and a platform that answers `delay` later. */
class World implements PreviewWorld {
  time = 10_000;
  delay = 50;
  /** When each was asked. */
  readonly asked: number[] = [];
  isOld = false;
  flying = 0;
  most = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  async ask(signal: AbortSignal): Promise<void> {
    this.asked.push(this.time);
    this.flying += 1;
    this.most = Math.max(this.most, this.flying);
    signal.addEventListener("abort", () => (this.flying -= 1));
    await new Promise<void>((resolve) => this.after(this.delay, resolve));
    if (!signal.aborted) this.flying -= 1;
  }

  old(isOld: boolean): void {
    this.isOld = isOld;
  }

  now(): number {
    return this.time;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.time + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  async pass(milliseconds: number): Promise<void> {
    for (const end = this.time + milliseconds; this.time < end; this.time += 1) {
      const due = this.#timers.filter(({ at }) => at <= this.time);
      this.#timers = this.#timers.filter(({ at }) => at > this.time);
      for (const { run } of due) run();
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  }
}

test("what is typed is asked when nobody has typed for a moment, and dimmed until it is answered", async () => {
  const world = new World();
  const turns = new PreviewTurns(world);
  turns.typed();
  await world.pass(100);
  turns.typed();
  expect(world.isOld).toBe(true);
  await world.pass(149);
  expect(world.asked).toEqual([]);
  await world.pass(30);
  expect([world.asked, world.isOld]).toEqual([[10_250], true]);
  await world.pass(50);
  expect(world.isOld).toBe(false);
});

// Fails when a market that moves all the time asks each time, and when it asks only once.
test("C21: as the market moves it is asked again, at most once in half a second", async () => {
  const world = new World();
  const turns = new PreviewTurns(world);
  turns.typed();
  await world.pass(1_000);
  for (let move = 0; move < 60; move += 1) {
    turns.moved();
    await world.pass(33);
  }
  await world.pass(1_000);
  expect(world.asked.slice(0, 4)).toEqual([10_150, 11_000, 11_500, 12_000]);
  expect(world.asked.length).toBe(6);
  expect(world.most).toBe(1);
});

// Fails when a slow answer is not waited for, and when what moved meanwhile is forgotten.
test("never are two on their way, and what moved meanwhile is asked for afterwards", async () => {
  const world = new World();
  world.delay = 2_000;
  const turns = new PreviewTurns(world);
  turns.typed();
  await world.pass(200);
  turns.moved();
  turns.moved();
  await world.pass(1_900);
  expect([world.asked.length, world.isOld]).toEqual([1, true]);
  await world.pass(100);
  expect(world.asked.length).toBe(2);
  await world.pass(5_000);
  expect([world.asked.length, world.most, world.isOld]).toEqual([2, 1, false]);
});

// Fails when what is renewed quickly is dimmed each time.
test("what is asked for the market's sake is dimmed only when it takes long", async () => {
  const world = new World();
  const turns = new PreviewTurns(world);
  turns.typed();
  await world.pass(1_000);
  const seen = new Set<boolean>();
  turns.moved();
  for (let look = 0; look < 100; look += 1) {
    await world.pass(1);
    seen.add(world.isOld);
  }
  expect([...seen]).toEqual([false]);
  world.delay = 1_000;
  await world.pass(1_000);
  turns.moved();
  await world.pass(300);
  expect(world.isOld).toBe(true);
});

// Fails when an answer to earlier terms is waited for.
test("other terms are asked for at once, whatever is on its way", async () => {
  const world = new World();
  world.delay = 2_000;
  const turns = new PreviewTurns(world);
  turns.typed();
  await world.pass(200);
  turns.typed();
  await world.pass(200);
  expect([world.asked.length, world.most]).toEqual([2, 1]);
  turns.stop();
  await world.pass(5_000);
  expect([world.asked.length, world.flying, world.isOld]).toEqual([2, 0, false]);
});

function viewOf(bids: readonly string[], asks: readonly string[]) {
  const levels = new DepthLevels();
  const side = (rows: readonly string[]) =>
    rows.map((row) => ({ price: row.split(" ")[0] ?? "", quantity: row.split(" ")[1] ?? "", orderCount: 1 }));
  levels.change({ bids: side(bids), asks: side(asks), sequence: 1n } as unknown as Parameters<typeof levels.change>[0]);
  return levels.view(40);
}

function buy(quantity: string, limitPrice: string): NewOrder {
  return create(NewOrderSchema, { side: Side.BUY, type: OrderType.LIMIT, quantity, limitPrice });
}

// Fails when every move of the market asks, and when one that an order would feel does not.
test("the market concerns an order as far as it would take from the book", () => {
  const before = viewOf(["99 5", "98 5"], ["101 5", "102 5", "103 5"]);
  const bidsMoved = viewOf(["99.5 5"], ["101 5", "102 5", "103 5"]);
  const bestMoved = viewOf(["99 5", "98 5"], ["100.5 5", "102 5", "103 5"]);
  const bestThinner = viewOf(["99 5", "98 5"], ["101 4", "102 5", "103 5"]);
  const thirdThinner = viewOf(["99 5", "98 5"], ["101 5", "102 5", "103 1"]);
  const feels = (order: NewOrder, now: typeof before) => reachOf(order, before) !== reachOf(order, now);
  const market = create(NewOrderSchema, { side: Side.SELL, type: OrderType.MARKET, quantity: "1" });
  expect([bidsMoved, bestMoved, bestThinner, thirdThinner].map((now) => feels(buy("1", "105"), now))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([bidsMoved, bestMoved].map((now) => feels(buy("1", "100"), now))).toEqual([false, false]);
  expect(feels(buy("1", "100.5"), bestMoved)).toBe(true);
  expect(feels(buy("12", "105"), thirdThinner)).toBe(true);
  expect(feels(buy("12", "102.5"), thirdThinner)).toBe(false);
  expect([bidsMoved, bestMoved].map((now) => feels(market, now))).toEqual([true, false]);
  expect(reachOf(undefined, before)).toBe("");
});
