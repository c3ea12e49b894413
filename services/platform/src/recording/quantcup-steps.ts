import { printScaled } from "@atlas/domain/money/decimal";
import {
  type RecordedStep,
  RecordingError,
  type StepLevel,
  type StepReader,
  type StepTrade,
  sideOf,
} from "./recorded-step.ts";

/** The feed has no times: a message a millisecond. */
const PACE = 1_000_000n;

interface FeedOrder {
  readonly isBuy: boolean;
  /** Hundredths of the quote. */
  readonly price: number;
  left: number;
}

/**
 * Steps of the QuantCup order feed (`trader_id,side,price,qty`): its orders meet in a book of their own; what rests in it
 * are the levels, what trades are the takers. Price 0 cancels the order whose 1-based number in the feed is `qty`.
 */
export function quantcupSteps(): StepReader {
  const orders: FeedOrder[] = [];
  const levels = new FeedLevels();
  let lines = 0;

  function stepsOf(line: string): RecordedStep[] {
    const at = BigInt(orders.length) * PACE;
    const { isBuy, price, quantity } = parse(line);
    if (price === 0) {
      const canceled = orders[quantity - 1];
      orders.push({ isBuy, price, left: 0 });
      if (canceled === undefined || canceled.left === 0) return [];
      canceled.left = 0;
      return [step(at, [levels.level(canceled)], [])];
    }
    const order: FeedOrder = { isBuy, price, left: quantity };
    const trades = levels.take(order);
    orders.push(order);
    if (order.left > 0) levels.add(order);
    const touched = trades.map((trade) => levels.at(!isBuy, trade.price));
    const rest = order.left > 0 ? [levels.level(order)] : [];
    if (trades.length === 0) return [step(at, rest, [])];
    const takerSide = sideOf(isBuy);
    const taken = trades.map(({ price: at, quantity }) => ({
      takerSide,
      price: cents(at),
      quantity: String(quantity),
    }));
    // Behind the trades, in a step of its own: levels are set before a step's trades, and would cross.
    return [step(at, [], taken), step(at, [...touched, ...rest], [])];
  }

  return {
    push: (line) => {
      lines++;
      return lines === 1 && line.startsWith("trader_id") ? [] : stepsOf(line);
    },
    end: () => [],
  };
}

/** Orders by side and price, each price in order of arrival. */
class FeedLevels {
  readonly #bids = new Map<number, FeedOrder[]>();
  readonly #asks = new Map<number, FeedOrder[]>();

  add(order: FeedOrder): void {
    const side = this.#side(order.isBuy);
    const queue = side.get(order.price);
    if (queue === undefined) side.set(order.price, [order]);
    else queue.push(order);
  }

  /** Trades what the order crosses, best price first. */
  take(order: FeedOrder): { price: number; quantity: number }[] {
    const trades: { price: number; quantity: number }[] = [];
    const side = this.#side(!order.isBuy);
    const prices = [...side.keys()]
      .filter((price) => (order.isBuy ? price <= order.price : price >= order.price))
      .sort((left, right) => (order.isBuy ? left - right : right - left));
    for (const price of prices) {
      const quantity = this.#trade(side, price, order.left);
      order.left -= quantity;
      if (quantity > 0) trades.push({ price, quantity });
    }
    return trades;
  }

  level(order: FeedOrder): StepLevel {
    return this.at(order.isBuy, order.price);
  }

  at(isBuy: boolean, price: number): StepLevel {
    const side = this.#side(isBuy);
    const queue = (side.get(price) ?? []).filter((order) => order.left > 0);
    if (queue.length === 0) side.delete(price);
    else side.set(price, queue);
    const quantity = queue.reduce((sum, order) => sum + order.left, 0);
    return { side: sideOf(isBuy), price: cents(price), quantity: String(quantity) };
  }

  #trade(side: Map<number, FeedOrder[]>, price: number, most: number): number {
    let left = most;
    for (const resting of side.get(price) ?? []) {
      const quantity = Math.min(left, resting.left);
      resting.left -= quantity;
      left -= quantity;
    }
    return most - left;
  }

  #side(isBuy: boolean): Map<number, FeedOrder[]> {
    return isBuy ? this.#bids : this.#asks;
  }
}

function parse(line: string): { isBuy: boolean; price: number; quantity: number } {
  const found = /^\d+,(Bid|Ask),(\d{1,9}),(\d{1,9})$/.exec(line);
  if (found === null) throw new RecordingError("not `trader_id,side,price,qty`");
  return { isBuy: found[1] === "Bid", price: Number(found[2]), quantity: Number(found[3]) };
}

function step(atNanoseconds: bigint, levels: StepLevel[], trades: StepTrade[]): RecordedStep {
  return { atNanoseconds, clear: atNanoseconds === 0n, levels, trades };
}

function cents(price: number): string {
  return printScaled(price, 2);
}
