import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { requestId } from "@atlas/cli/client/request-id";
import { type NewOrder, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect } from "@playwright/test";
import { ACCOUNT } from "./server-truth.ts";
import { ask, bid, type StillMarket, taker } from "./still-market.ts";

/** Milliseconds between two steps of the market, and steps between two of the account's orders. */
const PACE = 15;
const ORDER_EVERY = 4;
/** In hundredths: where the played levels begin on both sides, how far they reach, and where the account's orders lie. */
const BEST_BID = 9_990;
const BEST_ASK = 10_010;
const REACH = 130;
const MIDDLE = 10_000;
/** Open orders of the account; the oldest is canceled for one more. */
const MOST_OPEN = 12;

/** Numbers from 0 up to below `end`, the same every time (mulberry32). */
export function seeded(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

/** Moves a market and an account without a pause, until it is stopped: books change, takers trade, orders come and go. */
export class MovingMarket {
  /** Played so far. */
  steps = 0;
  readonly #market: StillMarket;
  readonly #atlas: AtlasClient;
  readonly #next: (end: number) => number;
  readonly #running: Promise<void>;
  readonly #open: string[] = [];
  #isStopped = false;

  private constructor(market: StillMarket, atlas: AtlasClient, next: (end: number) => number) {
    this.#market = market;
    this.#atlas = atlas;
    this.#next = next;
    this.#running = this.#move();
    // Whoever stops it is told.
    this.#running.catch(() => {});
  }

  static async start(market: StillMarket, atlas: AtlasClient, next: (end: number) => number): Promise<MovingMarket> {
    const levels = Array.from({ length: REACH }, (_, step) => [
      bid(hundredths(BEST_BID - step), quantityOf(1 + next(90_000))),
      ask(hundredths(BEST_ASK + step), quantityOf(1 + next(90_000))),
    ]);
    await market.play(levels.flat());
    return new MovingMarket(market, atlas, next);
  }

  /** Waits until so many steps have been played. */
  async reach(steps: number): Promise<void> {
    // Each is several calls, one after the other: fast where nothing else runs.
    await expect.poll(() => this.steps, { intervals: [10], timeout: 30_000 }).toBeGreaterThanOrEqual(steps);
  }

  /** Rejects with what went wrong, if something did. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #move(): Promise<void> {
    const next = this.#next;
    for (; !this.#isStopped; this.steps += 1) {
      if (this.steps % ORDER_EVERY === 0) await this.#order();
      const levels = Array.from({ length: 1 + next(4) }, () => {
        // Most of them near the middle, as in a real book.
        const step = next(3) === 0 ? next(REACH) : next(12);
        const quantity = next(4) === 0 ? "0" : quantityOf(1 + next(90_000));
        return next(2) === 0 ? bid(hundredths(BEST_BID - step), quantity) : ask(hundredths(BEST_ASK + step), quantity);
      });
      const trades = next(3) === 0 ? [taker(next(2) === 0 ? Side.BUY : Side.SELL, quantityOf(1 + next(60_000)))] : [];
      await this.#market.step({ levels, trades });
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  }

  /** One order more, between the best prices, where takers come first; the oldest goes when there are many. */
  async #order(): Promise<void> {
    const { orders } = this.#atlas;
    if (this.#open.length >= MOST_OPEN) {
      const orderId = this.#open.shift() ?? "";
      // It may have been filled: that is no fault.
      await orders.cancelOrder({ requestId: requestId(), accountId: ACCOUNT, orderId }).catch(() => {});
    }
    const terms = {
      instrumentId: this.#market.instrumentId,
      side: Side.BUY,
      type: OrderType.LIMIT,
      timeInForce: TimeInForce.GTC,
      quantity: quantityOf(1 + this.#next(40_000)),
      limitPrice: hundredths(MIDDLE - 4 + this.#next(8)),
    } satisfies Partial<NewOrder>;
    const { order } = await orders.submitOrder({ requestId: requestId(), accountId: ACCOUNT, order: terms });
    this.#open.push(order?.orderId ?? "");
  }
}

function hundredths(price: number): string {
  return plain(`${Math.floor(price / 100)}.${String(price % 100).padStart(2, "0")}`);
}

/** In ten-thousandths. */
function quantityOf(count: number): string {
  return plain(`${Math.floor(count / 10_000)}.${String(count % 10_000).padStart(4, "0")}`);
}

function plain(decimal: string): string {
  return decimal.replace(/\.?0+$/, "");
}
