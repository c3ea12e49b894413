import { type NewOrder, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { compare } from "../decimal/decimal.ts";
import type { DepthView } from "./depth-levels.ts";

/** What asking for previews needs of the world. */
export interface PreviewWorld {
  /** Asks, and takes in what is answered unless the signal has ended it; never throws. */
  ask(signal: AbortSignal): Promise<void>;
  /** Whether what is shown is that of other terms, or waits long to be renewed. */
  old(isOld: boolean): void;
  /** Milliseconds that only rise. */
  now(): number;
  /** What is called prevents it. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Nobody has typed for so long. Milliseconds, as all of these. */
const TYPED = 150;
/** The market asks no sooner again. */
const MOVED = 500;
/** What is renewed sooner need not be dimmed: it would flicker. */
const QUIET = 200;

/**
 * When an order is previewed: a moment after its terms have changed, and again as the market or the funds move, but seldom. Never
 * are two on their way.
 */
export class PreviewTurns {
  readonly #world: PreviewWorld;
  #stopDue: (() => void) | undefined;
  #stopDimming: (() => void) | undefined;
  #asking: AbortController | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Since what is on its way was asked. */
  #hasMoved = false;

  constructor(world: PreviewWorld) {
    this.#world = world;
  }

  /** The terms are others: what is on its way is about none any more. */
  typed(): void {
    this.stop();
    this.#world.old(true);
    this.#stopDue = this.#world.after(TYPED, () => void this.#ask());
  }

  /** What the terms would come to may be something else now. */
  moved(): void {
    if (this.#stopDue !== undefined) return;
    if (this.#asking !== undefined) this.#hasMoved = true;
    else {
      const pause = Math.max(0, this.#askedAt + MOVED - this.#world.now());
      this.#stopDue = this.#world.after(pause, () => void this.#ask());
    }
  }

  /** There is nothing to preview. */
  stop(): void {
    this.#stopDue?.();
    this.#stopDue = undefined;
    this.#stopDimming?.();
    this.#asking?.abort();
    this.#asking = undefined;
    this.#hasMoved = false;
    this.#world.old(false);
  }

  async #ask(): Promise<void> {
    const asking = new AbortController();
    this.#stopDue = undefined;
    this.#asking = asking;
    this.#hasMoved = false;
    this.#askedAt = this.#world.now();
    this.#stopDimming = this.#world.after(QUIET, () => this.#world.old(true));
    await this.#world.ask(asking.signal);
    if (asking.signal.aborted) return;
    this.#stopDimming();
    this.#world.old(false);
    this.#asking = undefined;
    if (this.#hasMoved) this.moved();
  }
}

/**
 * The part of the book that an order would take from at once, as a key: while it stays, the market moves nothing in the order's
 * preview.
 */
export function reachOf(terms: NewOrder | undefined, view: DepthView | undefined): string {
  if (terms === undefined || view === undefined) return "";
  const isBuy = terms.side === Side.BUY;
  const best = isBuy ? view.bestAsk : view.bestBid;
  const levels: string[] = [best ?? ""];
  for (const { price, quantity, total } of isBuy ? view.asks : view.bids) {
    const isBehind = terms.type === OrderType.LIMIT && compare(price, terms.limitPrice) * (isBuy ? 1 : -1) > 0;
    if (isBehind) break;
    levels.push(`${price} ${quantity}`);
    if (compare(total, terms.quantity) >= 0) break;
  }
  // The price alone makes no difference to an order that does not meet it.
  const isFar = terms.type === OrderType.LIMIT && best !== undefined && isBeyond(best, terms.limitPrice, isBuy);
  return isFar ? "far" : levels.join();
}

function isBeyond(best: string, limit: string, isBuy: boolean): boolean {
  return isBuy ? compare(best, limit) > 0 : compare(best, limit) < 0;
}
