import { BUY, NONE, SELL, type SideCode } from "./book-code.ts";
import { BookSide } from "./book-side.ts";
import { growFloats, growIntegers, Slots } from "./slots.ts";
import { TouchedPrices } from "./touched-prices.ts";

// An order is four numbers here (key: the price, negative for a SELL) ...
export const KEY = 0;
export const LEAVES = 1;
export const FILLED = 2;
export const LOWERED = 3;
// ... and four integers there.
export const NEXT = 0;
export const PREVIOUS = 1;
export const LEVEL = 2;
export const OWNER = 3;

// A level: its open quantity by two, and four integers.
const LEVEL_KEY = 0;
const LEVEL_QUANTITY = 1;
export const HEAD = 0;
const TAIL = 1;
export const COUNT = 2;
const STAMP = 3;

/**
 * The orders at rest in one book: queues by price, an order's slot in them, and which prices changed. An order is a
 * handle, a level a number of its own; both are given out again once free. Nothing allocates, but for arrays that
 * double.
 */
export class RestingOrders {
  protected readonly bids = new BookSide();
  protected readonly asks = new BookSide();
  private readonly touchedBids = new TouchedPrices();
  private readonly touchedAsks = new TouchedPrices();
  private stamp = 1;

  protected readonly orderSlots = new Slots();
  protected orderNumbers = new Float64Array(1024 * 4);
  protected orderLinks = new Int32Array(1024 * 4);

  protected readonly levelSlots = new Slots();
  protected levelNumbers = new Float64Array(256 * 2);
  protected levelLinks = new Int32Array(256 * 4);

  /** Whether the side's open quantity stays a safe integer with so much more. */
  hasRoomFor(side: SideCode, quantityLots: number): boolean {
    return (side === BUY ? this.bids : this.asks).quantity + quantityLots <= Number.MAX_SAFE_INTEGER;
  }

  /** Best price of a side, or -1 if nobody is there. */
  best(side: SideCode): number {
    const { count, keys } = side === BUY ? this.bids : this.asks;
    return count === 0 ? NONE : Math.abs(keys[count - 1] as number);
  }

  levelCount(side: SideCode): number {
    return (side === BUY ? this.bids : this.asks).count;
  }

  /** The level at `rank` (0 is the best); ranks move with every change of the book. */
  levelAt(side: SideCode, rank: number): number {
    const { count, levels } = side === BUY ? this.bids : this.asks;
    return levels[count - 1 - rank] as number;
  }

  /** The level at a price, or -1. */
  findLevel(side: SideCode, priceTicks: number): number {
    const levels = side === BUY ? this.bids : this.asks;
    const key = side === BUY ? priceTicks : -priceTicks;
    const index = levels.seek(key);
    return index < levels.count && levels.keys[index] === key ? (levels.levels[index] as number) : NONE;
  }

  levelPrice(level: number): number {
    return Math.abs(this.levelNumbers[level * 2 + LEVEL_KEY] as number);
  }

  levelQuantity(level: number): number {
    return this.levelNumbers[level * 2 + LEVEL_QUANTITY] as number;
  }

  levelOrders(level: number): number {
    return this.levelLinks[level * 4 + COUNT] as number;
  }

  /** The first order in a level's queue; a level always has one. */
  first(level: number): number {
    return this.levelLinks[level * 4 + HEAD] as number;
  }

  /** The order behind `handle` in its queue, or -1. */
  after(handle: number): number {
    return this.orderLinks[handle * 4 + NEXT] as number;
  }

  side(handle: number): SideCode {
    return (this.orderNumbers[handle * 4 + KEY] as number) > 0 ? BUY : SELL;
  }

  price(handle: number): number {
    return Math.abs(this.orderNumbers[handle * 4 + KEY] as number);
  }

  leaves(handle: number): number {
    return this.orderNumbers[handle * 4 + LEAVES] as number;
  }

  filled(handle: number): number {
    return this.orderNumbers[handle * 4 + FILLED] as number;
  }

  /** What self-trade prevention took from the order while it stayed open. */
  lowered(handle: number): number {
    return this.orderNumbers[handle * 4 + LOWERED] as number;
  }

  owner(handle: number): number {
    return this.orderLinks[handle * 4 + OWNER] as number;
  }

  /** Whether a level of either side changed since `forgetTouched`. */
  get isTouched(): boolean {
    return !this.touchedBids.isEmpty || !this.touchedAsks.isEmpty;
  }

  /** Prices of a side whose level changed, came or went since `forgetTouched`: each once, best first. */
  eachTouched(side: SideCode, visit: (priceTicks: number) => void): void {
    if (side === BUY) this.touchedBids.each(visit);
    else this.touchedAsks.each((key) => visit(-key));
  }

  forgetTouched(): void {
    this.touchedBids.clear();
    this.touchedAsks.clear();
    this.stamp = (this.stamp + 1) | 0;
  }

  protected sideOf(key: number): BookSide {
    return key > 0 ? this.bids : this.asks;
  }

  /** A handle for an order of `owner`, not in a queue yet. */
  protected takeHandle(owner: number): number {
    const handle = this.orderSlots.take();
    if (handle * 4 === this.orderNumbers.length) {
      this.orderNumbers = growFloats(this.orderNumbers);
      this.orderLinks = growIntegers(this.orderLinks);
    }
    this.orderLinks[handle * 4 + OWNER] = owner;
    return handle;
  }

  /** Puts the order at the back of the queue of `key`. */
  protected rest(handle: number, key: number, leaves: number, filled: number, lowered: number): void {
    const at = handle * 4;
    this.orderNumbers[at + KEY] = key;
    this.orderNumbers[at + LEAVES] = leaves;
    this.orderNumbers[at + FILLED] = filled;
    this.orderNumbers[at + LOWERED] = lowered;
    const own = this.sideOf(key);
    own.quantity += leaves;
    this.link(handle, this.levelFor(own, key), leaves);
  }

  protected unlink(handle: number): void {
    const at = handle * 4;
    const level = this.orderLinks[at + LEVEL] as number;
    const previous = this.orderLinks[at + PREVIOUS] as number;
    const next = this.orderLinks[at + NEXT] as number;
    const leaves = this.orderNumbers[at + LEAVES] as number;
    if (previous === NONE) this.levelLinks[level * 4 + HEAD] = next;
    else this.orderLinks[previous * 4 + NEXT] = next;
    if (next === NONE) this.levelLinks[level * 4 + TAIL] = previous;
    else this.orderLinks[next * 4 + PREVIOUS] = previous;
    (this.levelLinks[level * 4 + COUNT] as number)--;
    this.takeFromLevel(level, leaves);
    this.touch(level);
    const key = this.orderNumbers[at + KEY] as number;
    const own = this.sideOf(key);
    own.quantity -= leaves;
    if (previous === NONE && next === NONE) {
      own.remove(own.seek(key));
      this.levelSlots.release(level);
    }
  }

  protected takeFromLevel(level: number, quantity: number): void {
    (this.levelNumbers[level * 2 + LEVEL_QUANTITY] as number) -= quantity;
  }

  private link(handle: number, level: number, leaves: number): void {
    const at = level * 4;
    const links = this.levelLinks;
    const tail = links[at + TAIL] as number;
    this.orderLinks[handle * 4 + NEXT] = NONE;
    this.orderLinks[handle * 4 + PREVIOUS] = tail;
    this.orderLinks[handle * 4 + LEVEL] = level;
    if (tail === NONE) links[at + HEAD] = handle;
    else this.orderLinks[tail * 4 + NEXT] = handle;
    links[at + TAIL] = handle;
    (links[at + COUNT] as number)++;
    (this.levelNumbers[level * 2 + LEVEL_QUANTITY] as number) += leaves;
    this.touch(level);
  }

  private levelFor(own: BookSide, key: number): number {
    const index = own.seek(key);
    if (index < own.count && own.keys[index] === key) return own.levels[index] as number;
    const level = this.levelSlots.take();
    if (level * 2 === this.levelNumbers.length) {
      this.levelNumbers = growFloats(this.levelNumbers);
      this.levelLinks = growIntegers(this.levelLinks);
    }
    this.levelNumbers[level * 2 + LEVEL_KEY] = key;
    this.levelNumbers[level * 2 + LEVEL_QUANTITY] = 0;
    const at = level * 4;
    this.levelLinks[at + HEAD] = NONE;
    this.levelLinks[at + TAIL] = NONE;
    this.levelLinks[at + COUNT] = 0;
    this.levelLinks[at + STAMP] = (this.stamp - 1) | 0;
    own.insert(index, key, level);
    return level;
  }

  protected touch(level: number): void {
    const at = level * 4 + STAMP;
    if (this.levelLinks[at] === this.stamp) return;
    this.levelLinks[at] = this.stamp;
    const key = this.levelNumbers[level * 2 + LEVEL_KEY] as number;
    if (key > 0) this.touchedBids.add(key);
    else this.touchedAsks.add(key);
  }
}
