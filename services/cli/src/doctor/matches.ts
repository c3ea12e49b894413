import { type Fill, Liquidity, type Order, SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { Rule } from "./findings.ts";

/** The other side of a trade in the last so many milliseconds may still be on its way to its shard. */
const ON_ITS_WAY = 10_000;

/** A fill with the order that it is of, if it is a client's. */
interface TradeSide {
  readonly fill: Fill;
  readonly order: Order | undefined;
}

/** Every trade of a platform that a client had a part in, side by side (I8), and who met whom (I12). */
export class Matches {
  readonly #half = new Map<string, TradeSide>();
  readonly #whole = new Set<string>();
  readonly #rule: Rule;
  readonly #selfTrades: Rule;
  #newest = 0;

  constructor(rule: Rule, selfTrades: Rule) {
    this.#rule = rule;
    this.#selfTrades = selfTrades;
  }

  add(fill: Fill, order: Order | undefined): void {
    const { matchId } = fill;
    this.#newest = Math.max(this.#newest, millisecondsOf(fill.occurredAt) ?? 0);
    const other = this.#half.get(matchId);
    if (this.#whole.has(matchId)) this.#rule.broken(`trade ${matchId} has more than two sides`);
    else if (other === undefined) this.#half.set(matchId, { fill, order });
    else {
      this.#half.delete(matchId);
      this.#whole.add(matchId);
      this.#rule.see();
      this.#checkOwners(other, { fill, order });
      if (!areSides(other.fill, fill)) this.#rule.broken(`the sides of trade ${matchId} differ`);
    }
  }

  /** Nobody trades beyond their limit. */
  checkLimit(fill: Fill, limitPrice: number | undefined, price: number): void {
    if (limitPrice === undefined) return;
    const isBeyond = fill.side === Side.BUY ? price > limitPrice : price < limitPrice;
    if (isBeyond) this.#rule.broken(`order ${fill.orderId} traded beyond its limit, at ${fill.price}`);
  }

  /** The arriving order's mode rules: one owner trades with itself only if that allows it. */
  #checkOwners(one: TradeSide, other: TradeSide): void {
    if (one.order === undefined || other.order === undefined) return;
    this.#selfTrades.see();
    const arrived = one.fill.liquidity === Liquidity.TAKER ? one.order : other.order;
    if (one.order.ownerId !== other.order.ownerId) return;
    if (arrived.selfTradePrevention === SelfTradePrevention.ALLOW) return;
    this.#selfTrades.broken(`${arrived.ownerId} traded with itself: ${one.fill.matchId}`);
  }

  /** After the last fill: what has one side only must be young. */
  end(): void {
    for (const [matchId, { fill }] of this.#half) {
      const age = this.#newest - (millisecondsOf(fill.occurredAt) ?? 0);
      if (age > ON_ITS_WAY) this.#rule.broken(`trade ${matchId} has one side only`);
    }
  }
}

function areSides(one: Fill, other: Fill): boolean {
  return one.side !== other.side && one.price === other.price && one.quantity === other.quantity;
}
