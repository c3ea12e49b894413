import { SelfTradePrevention as Mode, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import type { AmendOrder, PlaceOrder } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { e8 } from "./e8.ts";
import { type BookLevels, bookWords, type Levels } from "./levels.ts";
import type { Violations } from "./violations.ts";

/** An order in the naive book. */
interface BookOrder {
  readonly orderId: string;
  readonly accountId: string;
  readonly owner: string;
  readonly buys: boolean;
  readonly mode: Mode;
  readonly postOnly: boolean;
  /** Milliseconds since the epoch at which its session ends; of a DAY order only. */
  readonly endsAt: number | undefined;
  price: bigint;
  open: bigint;
  /** Filled, or lowered by self-trade prevention: no amendment brings it back. */
  done: bigint;
}

/** A trade, as told by either side. */
interface Trade {
  readonly maker: string;
  readonly taker: string;
  readonly price: bigint;
  readonly quantity: bigint;
}

const DAY = 86_400_000;

/**
 * A book of clients alone in the plainest words: every order at rest in one list, in the order in which they queued. It takes
 * what a venue's partition holds and says who must trade with whom, and what is left (I9); what is settled, and what the market is
 * told of the book, must be that, no more, no less.
 */
export class BookModel {
  readonly #violations: Violations;
  readonly #name: string;
  #resting: BookOrder[] = [];
  /** Trades that must be settled and were not yet, by what they say. */
  readonly #due = new Map<string, number>();
  /** Books that must be told and were not yet: each other than the one before. */
  readonly #untold: string[] = [];
  #left = bookWords({ bids: new Map(), asks: new Map() });
  #told = this.#left;

  constructor(name: string, violations: Violations) {
    this.#name = name;
    this.#violations = violations;
  }

  /** `appendTime`: milliseconds since the epoch, as the log stamped the input; `logTime`: the latest of all. */
  place(input: PlaceOrder, appendTime: number, logTime: number): void {
    const until = input.validUntil;
    if (until !== undefined && appendTime > Number(until.seconds) * 1_000 + Math.floor(until.nanos / 1e6)) return;
    if (this.#resting.some(({ orderId }) => orderId === input.orderId)) return;
    const buys = input.side === Side.BUY;
    const taker: BookOrder = {
      ...{ orderId: input.orderId, accountId: input.accountId, owner: input.ownerId || input.accountId, buys },
      ...{ mode: input.selfTradePrevention || Mode.CANCEL_NEWEST, postOnly: input.postOnly },
      endsAt: input.timeInForce === TimeInForce.DAY ? (Math.floor(logTime / DAY) + 1) * DAY : undefined,
      ...{ price: worstPrice(input), open: e8(input.quantity), done: 0n },
    };
    if (taker.postOnly && this.#opponents(taker).length > 0) return;
    if (input.timeInForce === TimeInForce.FOK && !this.#fillsWhole(taker)) return;
    this.#match(taker);
    const drops = input.timeInForce === TimeInForce.IOC || input.timeInForce === TimeInForce.FOK;
    const rests = input.type === OrderType.LIMIT && !drops;
    if (rests && taker.open > 0n) this.#resting.push(taker);
  }

  amend({ orderId, accountId, quantity, limitPrice }: AmendOrder): void {
    const order = this.#find(orderId, accountId);
    if (order === undefined) return;
    const price = limitPrice === "" ? order.price : e8(limitPrice);
    const open = quantity === "" ? order.open : e8(quantity) - order.done;
    if (open > 0n && order.postOnly && this.#opponents({ ...order, price }).length > 0) return;
    const keepsPlace = price === order.price && open < order.open;
    if (open > 0n && keepsPlace) {
      order.open = open;
      return;
    }
    this.#remove(order);
    if (open <= 0n) return;
    Object.assign(order, { price, open });
    this.#match(order);
    if (order.open > 0n) this.#resting.push(order);
  }

  pull(orderId: string, accountId: string): void {
    const order = this.#find(orderId, accountId);
    if (order !== undefined) this.#remove(order);
  }

  /** Sessions that are over at this time end their orders. */
  expire(logTime: number): void {
    this.#resting = this.#resting.filter(({ endsAt }) => endsAt === undefined || endsAt > logTime);
  }

  /** A match was settled on both sides. */
  settled(trade: Trade): void {
    const text = words(trade);
    const due = this.#due.get(text) ?? 0;
    this.#violations.check("I9", due > 0, () => `${this.#name}: ${text}, which price and time do not say`);
    if (due > 1) this.#due.set(text, due - 1);
    else this.#due.delete(text);
  }

  /** All that an input does is done: if it left another book, the market must be told of that one. */
  decided(): void {
    const left = bookWords(this.#levels());
    if (left !== this.#left) this.#untold.push(left);
    this.#left = left;
  }

  /** The market was told of a book; inputs come before what is told of them. */
  told(levels: BookLevels): void {
    const told = bookWords(levels);
    if (told === this.#told) return;
    this.#told = told;
    const due = this.#untold.shift() ?? "no other";
    this.#violations.check("I9", told === due, () => `${this.#name} is told as ${told}, due is ${due}`);
  }

  /** When nothing is on its way any more: whatever had to trade has, and the market knows what rests. */
  end(): void {
    const [missing] = this.#due.keys();
    this.#violations.check("I9", missing === undefined, () => `${this.#name}: never settled: ${missing}`);
    const [untold] = this.#untold;
    this.#violations.check("I9", untold === undefined, () => `${this.#name}: never told: ${untold}`);
  }

  #levels(): BookLevels {
    const [bids, asks]: [Levels, Levels] = [new Map(), new Map()];
    for (const { buys, price, open } of this.#resting) {
      const side = buys ? bids : asks;
      side.set(price, (side.get(price) ?? 0n) + open);
    }
    return { bids, asks };
  }

  /** Whom an order meets: best price first, then first come. */
  #opponents(taker: Pick<BookOrder, "buys" | "price">): BookOrder[] {
    const isMet = (order: BookOrder) =>
      order.buys !== taker.buys && (taker.buys ? order.price <= taker.price : order.price >= taker.price);
    const sign = taker.buys ? 1 : -1;
    return this.#resting.filter(isMet).sort((one, other) => sign * Number(one.price - other.price));
  }

  #match(taker: BookOrder): void {
    for (const maker of this.#opponents(taker)) {
      if (taker.open === 0n) break;
      if (maker.owner === taker.owner && taker.mode !== Mode.ALLOW) this.#prevent(taker, maker);
      else this.#trade(taker, maker);
    }
    this.#resting = this.#resting.filter(({ open }) => open > 0n);
  }

  #trade(taker: BookOrder, maker: BookOrder): void {
    const quantity = lesser(taker.open, maker.open);
    const text = words({ maker: maker.orderId, taker: taker.orderId, price: maker.price, quantity });
    this.#due.set(text, (this.#due.get(text) ?? 0) + 1);
    for (const one of [taker, maker]) lower(one, quantity);
  }

  /** The arriving order's mode rules. */
  #prevent(taker: BookOrder, maker: BookOrder): void {
    if (taker.mode === Mode.DECREMENT) {
      const quantity = lesser(taker.open, maker.open);
      for (const one of [taker, maker]) lower(one, quantity);
      return;
    }
    if (taker.mode !== Mode.CANCEL_NEWEST) maker.open = 0n;
    if (taker.mode !== Mode.CANCEL_OLDEST) taker.open = 0n;
  }

  #fillsWhole(taker: BookOrder): boolean {
    let missing = taker.open;
    for (const maker of this.#opponents(taker)) {
      const isOwn = maker.owner === taker.owner && taker.mode !== Mode.ALLOW;
      if (isOwn && taker.mode !== Mode.CANCEL_OLDEST) return false;
      if (!isOwn) missing -= maker.open;
      if (missing <= 0n) return true;
    }
    return false;
  }

  #find(id: string, account: string): BookOrder | undefined {
    return this.#resting.find(({ orderId, accountId }) => orderId === id && accountId === account);
  }

  #remove(order: BookOrder): void {
    this.#resting = this.#resting.filter((one) => one !== order);
  }
}

/** A price that any order meets. */
const ANY_BUY = 10n ** 30n;

function worstPrice({ type, side, limitPrice, protectionPrice }: PlaceOrder): bigint {
  const text = type === OrderType.MARKET ? protectionPrice : limitPrice;
  if (text !== "") return e8(text);
  return side === Side.BUY ? ANY_BUY : 0n;
}

function lower(order: BookOrder, quantity: bigint): void {
  order.open -= quantity;
  order.done += quantity;
}

function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function words({ maker, taker, price, quantity }: Trade): string {
  return `${maker} gives ${taker} ${quantity} at ${price}`;
}
