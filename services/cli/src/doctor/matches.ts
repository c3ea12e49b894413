import { type Fill, Liquidity, type Order, SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { Rule } from "./findings.ts";
import { KeySet } from "./key-set.ts";

/** The other side of a trade in the last so many milliseconds may still be on its way to its shard. */
const ON_ITS_WAY = 10_000;

/**
 * What the other side is held against. The shards are read one after the other, so that nearly every trade waits for its other side: no
 * more of it is kept.
 */
interface TradeSide {
  readonly side: Side;
  readonly price: string;
  readonly quantity: string;
  readonly liquidity: Liquidity;
  readonly time: number;
  /** Of the order, if it is a client's. */
  readonly ownerId: string | undefined;
  readonly selfTradePrevention: SelfTradePrevention | undefined;
}

/** Every trade of a platform that a client had a part in, side by side (I8), and who met whom (I12). */
export class Matches {
  readonly #half = new Map<string, TradeSide>();
  readonly #whole = new KeySet();
  readonly #rule: Rule;
  readonly #selfTrades: Rule;
  #newest = 0;

  constructor(rule: Rule, selfTrades: Rule) {
    this.#rule = rule;
    this.#selfTrades = selfTrades;
  }

  add(fill: Fill, order: Order | undefined): void {
    const { matchId } = fill;
    const one = sideOf(fill, order);
    this.#newest = Math.max(this.#newest, one.time);
    const other = this.#half.get(matchId);
    if (this.#whole.has(matchId)) this.#rule.broken(`trade ${matchId} has more than two sides`);
    else if (other === undefined) this.#half.set(matchId, one);
    else {
      this.#half.delete(matchId);
      this.#whole.add(matchId);
      this.#rule.see();
      this.#checkOwners(matchId, other, one);
      if (!areSides(other, one)) this.#rule.broken(`the sides of trade ${matchId} differ`);
    }
  }

  /** Nobody trades beyond their limit. */
  checkLimit(fill: Fill, limitPrice: number | undefined, price: number): void {
    if (limitPrice === undefined) return;
    const isBeyond = fill.side === Side.BUY ? price > limitPrice : price < limitPrice;
    if (isBeyond) this.#rule.broken(`order ${fill.orderId} traded beyond its limit, at ${fill.price}`);
  }

  /** The arriving order's mode rules: one owner trades with itself only if that allows it. */
  #checkOwners(matchId: string, one: TradeSide, other: TradeSide): void {
    if (one.ownerId === undefined || other.ownerId === undefined) return;
    this.#selfTrades.see();
    const arrived = one.liquidity === Liquidity.TAKER ? one : other;
    if (one.ownerId !== other.ownerId) return;
    if (arrived.selfTradePrevention === SelfTradePrevention.ALLOW) return;
    this.#selfTrades.broken(`${arrived.ownerId} traded with itself: ${matchId}`);
  }

  /** After the last fill: what has one side only must be young. */
  end(): void {
    for (const [matchId, { time }] of this.#half) {
      if (this.#newest - time > ON_ITS_WAY) this.#rule.broken(`trade ${matchId} has one side only`);
    }
  }
}

function sideOf({ side, price, quantity, liquidity, occurredAt }: Fill, order: Order | undefined): TradeSide {
  const { ownerId, selfTradePrevention } = order ?? {};
  return { side, price, quantity, liquidity, time: millisecondsOf(occurredAt) ?? 0, ownerId, selfTradePrevention };
}

function areSides(one: TradeSide, other: TradeSide): boolean {
  return one.side !== other.side && one.price === other.price && one.quantity === other.quantity;
}
