import {
  ALLOW,
  BUY,
  CANCEL_BOTH,
  CANCEL_NEWEST,
  CANCEL_OLDEST,
  NONE,
  REST,
  type RemainderCode,
  SELL,
  type SelfTradeCode,
  type SideCode,
  WHOLE,
} from "./book-code.ts";
import {
  BookEvents,
  MAKER_CANCELED,
  MAKER_LOWERED,
  RESTED,
  TAKER_CANCELED,
  TAKER_DROPPED,
  TAKER_LOWERED,
  TRADED,
} from "./book-events.ts";
import type { BookSide } from "./book-side.ts";
import {
  COUNT,
  FILLED,
  HEAD,
  KEY,
  LEAVES,
  LEVEL,
  LOWERED,
  NEXT,
  OWNER,
  PREVIOUS,
  RestingOrders,
} from "./resting-orders.ts";

/**
 * Orders of one instrument by price, then time. An order at rest is a handle: a small integer, free for another order
 * once a report says that this one is gone. Prices and quantities are positive safe integers (ticks, lots); owners are
 * integers that the caller assigns. No operation allocates, but for arrays that double.
 *
 * What an operation did stands in `events` until the next one. Nothing here refuses: callers ask `wouldTake` and
 * `hasRoomFor` first.
 */
export class OrderBook extends RestingOrders {
  readonly events = new BookEvents();

  // The arriving order while it matches.
  private takerLeaves = 0;
  private takerFilled = 0;
  private takerLowered = 0;

  /**
   * Trades what crosses `priceTicks` or better, then rests the remainder or drops it. Answers the handle of the order
   * at rest, or -1. A WHOLE order that cannot trade all of its quantity changes nothing.
   */
  place(
    side: SideCode,
    priceTicks: number,
    quantityLots: number,
    remainder: RemainderCode,
    selfTrade: SelfTradeCode,
    owner: number,
  ): number {
    this.events.clear();
    const key = side === BUY ? priceTicks : -priceTicks;
    if (remainder === WHOLE && !this.canTradeWhole(side, key, quantityLots, selfTrade, owner)) {
      this.events.add(TAKER_DROPPED, NONE, 0, quantityLots, 0, 0);
      return NONE;
    }
    this.takerFilled = 0;
    this.takerLowered = 0;
    this.match(side, key, quantityLots, selfTrade, owner);
    const leaves = this.takerLeaves;
    if (leaves === 0) return NONE;
    if (remainder !== REST) {
      this.events.add(TAKER_DROPPED, NONE, 0, leaves, 0, this.takerFilled);
      return NONE;
    }
    const handle = this.takeHandle(owner);
    this.restTaker(handle, key);
    return handle;
  }

  /** Takes an order at rest away; answers what was open of it. */
  cancel(handle: number): number {
    this.events.clear();
    const leaves = this.orderNumbers[handle * 4 + LEAVES] as number;
    this.unlink(handle);
    this.orderSlots.release(handle);
    return leaves;
  }

  /** Lowers what is open of an order at rest to `leavesLots` (positive, at most what it was); it keeps its place. */
  lower(handle: number, leavesLots: number): void {
    this.events.clear();
    const at = handle * 4;
    const less = (this.orderNumbers[at + LEAVES] as number) - leavesLots;
    this.orderNumbers[at + LEAVES] = leavesLots;
    const level = this.orderLinks[at + LEVEL] as number;
    this.takeFromLevel(level, less);
    this.sideOf(this.orderNumbers[at + KEY] as number).quantity -= less;
    this.touch(level);
  }

  /**
   * Gives an order at rest another price or quantity (`leavesLots`, positive): it goes to the back of its queue, and at
   * a price that crosses it trades first, as if it arrived. Keeps its handle if it comes to rest again, else answers -1.
   */
  requeue(handle: number, priceTicks: number, leavesLots: number, selfTrade: SelfTradeCode): number {
    this.events.clear();
    const at = handle * 4;
    const side = (this.orderNumbers[at + KEY] as number) > 0 ? BUY : SELL;
    const key = side === BUY ? priceTicks : -priceTicks;
    this.unlink(handle);
    this.takerFilled = this.orderNumbers[at + FILLED] as number;
    this.takerLowered = this.orderNumbers[at + LOWERED] as number;
    this.match(side, key, leavesLots, selfTrade, this.orderLinks[at + OWNER] as number);
    if (this.takerLeaves === 0) {
      this.orderSlots.release(handle);
      return NONE;
    }
    this.restTaker(handle, key);
    return handle;
  }

  /** Puts an order at the back of its queue without matching: for a copy of a book at rest. Answers its handle. */
  restore(side: SideCode, priceTicks: number, leaves: number, filled: number, lowered: number, owner: number): number {
    this.events.clear();
    const handle = this.takeHandle(owner);
    this.rest(handle, side === BUY ? priceTicks : -priceTicks, leaves, filled, lowered);
    return handle;
  }

  /** Whether an order at this price would meet one of the other side. */
  wouldTake(side: SideCode, priceTicks: number): boolean {
    const other = side === BUY ? this.asks : this.bids;
    const key = side === BUY ? priceTicks : -priceTicks;
    return other.count > 0 && (other.keys[other.count - 1] as number) + key >= 0;
  }

  private restTaker(handle: number, key: number): void {
    const leaves = this.takerLeaves;
    this.rest(handle, key, leaves, this.takerFilled, this.takerLowered);
    this.events.add(RESTED, handle, Math.abs(key), leaves, leaves, this.takerFilled);
  }

  private match(side: SideCode, key: number, quantity: number, selfTrade: SelfTradeCode, owner: number): void {
    const other = side === BUY ? this.asks : this.bids;
    this.takerLeaves = quantity;
    while (this.takerLeaves > 0 && other.count > 0) {
      const top = other.count - 1;
      if ((other.keys[top] as number) + key < 0) return;
      this.matchLevel(other, other.levels[top] as number, selfTrade, owner);
    }
  }

  /** Trades with the orders of the best level, from its head, until it or the arriving order is used up. */
  private matchLevel(other: BookSide, level: number, selfTrade: SelfTradeCode, owner: number): void {
    const links = this.orderLinks;
    const numbers = this.orderNumbers;
    const price = this.levelPrice(level);
    let maker = this.levelLinks[level * 4 + HEAD] as number;
    let gone = 0;
    let taken = 0;
    while (maker !== NONE && this.takerLeaves > 0) {
      const at = maker * 4;
      const open = numbers[at + LEAVES] as number;
      let left: number;
      if (selfTrade !== ALLOW && (links[at + OWNER] as number) === owner) {
        left = this.preventSelfTrade(maker, price, selfTrade);
      } else {
        left = this.trade(maker, price, open);
      }
      taken += open - left;
      if (left > 0) break;
      const next = links[at + NEXT] as number;
      this.orderSlots.release(maker);
      maker = next;
      gone++;
    }
    if (taken > 0) this.touch(level);
    other.quantity -= taken;
    if (maker === NONE) {
      other.count--;
      this.levelSlots.release(level);
      return;
    }
    this.levelLinks[level * 4 + HEAD] = maker;
    links[maker * 4 + PREVIOUS] = NONE;
    (this.levelLinks[level * 4 + COUNT] as number) -= gone;
    this.takeFromLevel(level, taken);
  }

  /** Answers what is left of the maker. */
  private trade(maker: number, price: number, open: number): number {
    const quantity = Math.min(open, this.takerLeaves);
    const at = maker * 4;
    const left = open - quantity;
    const filled = (this.orderNumbers[at + FILLED] as number) + quantity;
    this.orderNumbers[at + LEAVES] = left;
    this.orderNumbers[at + FILLED] = filled;
    this.takerLeaves -= quantity;
    this.takerFilled += quantity;
    this.events.add(TRADED, maker, price, quantity, left, filled);
    return left;
  }

  /** The mode of the arriving order rules; answers what is left of the resting one (0: it is gone). */
  private preventSelfTrade(maker: number, price: number, mode: SelfTradeCode): number {
    const at = maker * 4;
    const open = this.orderNumbers[at + LEAVES] as number;
    const filled = this.orderNumbers[at + FILLED] as number;
    if (mode === CANCEL_OLDEST || mode === CANCEL_BOTH) {
      this.events.add(MAKER_CANCELED, maker, price, open, 0, filled);
      if (mode === CANCEL_BOTH) this.cancelTaker();
      return 0;
    }
    if (mode === CANCEL_NEWEST) {
      this.cancelTaker();
      return open;
    }
    const quantity = Math.min(open, this.takerLeaves);
    const left = open - quantity;
    this.orderNumbers[at + LEAVES] = left;
    (this.orderNumbers[at + LOWERED] as number) += quantity;
    this.events.add(left === 0 ? MAKER_CANCELED : MAKER_LOWERED, maker, price, quantity, left, filled);
    this.takerLeaves -= quantity;
    this.takerLowered += quantity;
    const kind = this.takerLeaves === 0 ? TAKER_CANCELED : TAKER_LOWERED;
    this.events.add(kind, NONE, price, quantity, this.takerLeaves, this.takerFilled);
    return left;
  }

  private cancelTaker(): void {
    this.events.add(TAKER_CANCELED, NONE, 0, this.takerLeaves, 0, this.takerFilled);
    this.takerLeaves = 0;
  }

  /** What self-trade prevention would keep from trading does not count: nor what stands behind it, where it ends all. */
  private canTradeWhole(
    side: SideCode,
    key: number,
    quantity: number,
    selfTrade: SelfTradeCode,
    owner: number,
  ): boolean {
    const other = side === BUY ? this.asks : this.bids;
    let missing = quantity;
    for (let index = other.count - 1; index >= 0; index--) {
      if ((other.keys[index] as number) + key < 0) return false;
      const level = other.levels[index] as number;
      if (selfTrade === ALLOW) {
        missing -= this.levelQuantity(level);
        if (missing <= 0) return true;
        continue;
      }
      for (let maker = this.first(level); maker !== NONE; maker = this.after(maker)) {
        if (this.owner(maker) !== owner) {
          missing -= this.leaves(maker);
          if (missing <= 0) return true;
        } else if (selfTrade !== CANCEL_OLDEST) return false;
      }
    }
    return false;
  }
}
