import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import type { Candle, CandleInterval, Level, Ticker, Trade } from "@atlas/gen/atlas/market/v1/market_pb";
import { type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel, type Contents, type SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";

/** What a follower follows. */
export interface Followed {
  readonly instrumentId: string;
  readonly interval: CandleInterval;
  readonly accountId: string;
}

const MARKET = { book: Channel.BOOK, trades: Channel.TRADES, ticker: Channel.TICKER, candles: Channel.CANDLES };
const ACCOUNT = { orders: Channel.ORDERS, balances: Channel.BALANCES };
export type Followable = keyof typeof MARKET | keyof typeof ACCOUNT;

const ENDED: readonly OrderStatus[] = [
  OrderStatus.FILLED,
  OrderStatus.CANCELED,
  OrderStatus.REJECTED,
  OrderStatus.EXPIRED,
];
/** More levels than any test has. */
const DEPTH = 1_000;

interface Heard {
  readonly at: number;
  readonly contents: Contents;
}

/**
 * What the platform's stream tells of a market and an account, every single change of it, kept: how things stood at any
 * position since it began can be asked. It shares nothing with the console.
 */
export class Follower {
  /** The last positions that are known in full: of the market, of the account. */
  readonly known = { market: -1, account: -1 };
  readonly #heard = new Map<string, Heard[]>();
  readonly #stopping = new AbortController();
  /** Of each kind: the highest position heard. What belongs to it may not all have come. */
  readonly #reached = { market: -1, account: -1 };
  #failure: unknown;

  /** Begins now; resolves when everything's state of now is known. */
  static async of(atlas: AtlasClient, followed: Followed): Promise<Follower> {
    const follower = new Follower();
    await follower.#begin(atlas, followed);
    return follower;
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Throws what ended the stream, if something has. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The last change of something up to a position. */
  lastChange(of: Followable, through: number): number {
    return this.#until(of, through).at(-1)?.at ?? -1;
  }

  /** Levels of the book, best first. */
  bookAt(position: number): { readonly bids: readonly Level[]; readonly asks: readonly Level[] } {
    const bids = new Map<string, Level>();
    const asks = new Map<string, Level>();
    for (const { contents } of this.#until("book", position)) {
      for (const level of contents.book?.bids ?? []) bids.set(level.price, level);
      for (const level of contents.book?.asks ?? []) asks.set(level.price, level);
    }
    const rest = (levels: Map<string, Level>) => [...levels.values()].filter(({ quantity }) => quantity !== "0");
    const byPrice = (left: Level, right: Level) => Number(left.price) - Number(right.price);
    return { bids: rest(bids).sort(byPrice).reverse(), asks: rest(asks).sort(byPrice) };
  }

  /** Newest first. */
  tradesAt(position: number): readonly Trade[] {
    return this.#until("trades", position)
      .flatMap(({ contents }) => contents.trades)
      .reverse();
  }

  tickerAt(position: number): Ticker | undefined {
    return this.#until("ticker", position).at(-1)?.contents.ticker;
  }

  /** Oldest first. */
  candlesAt(position: number): readonly Candle[] {
    const all = new Map<bigint, Candle>();
    for (const { contents } of this.#until("candles", position)) {
      for (const candle of contents.candles) all.set(candle.startTime?.seconds ?? 0n, candle);
    }
    return [...all.keys()].sort((left, right) => Number(left - right)).map((start) => all.get(start) as Candle);
  }

  /** Those that are open, newest first. */
  ordersAt(position: number): readonly Order[] {
    const all = new Map<string, Order>();
    for (const { contents } of this.#until("orders", position)) {
      for (const order of contents.orders) all.set(order.orderId, order);
    }
    return [...all.values()].filter(({ status }) => !ENDED.includes(status)).sort(newestFirst);
  }

  /** An order as it was after each of its events, as far as they have been heard. */
  versionsOf(orderId: string): readonly Order[] {
    const heard = this.#heard.get("orders") ?? [];
    return heard.flatMap(({ contents }) => contents.orders).filter((order) => order.orderId === orderId);
  }

  /** By asset. */
  balancesAt(position: number): readonly Balance[] {
    const all = new Map<string, Balance>();
    for (const { contents } of this.#until("balances", position)) {
      for (const balance of contents.balances) all.set(balance.asset, balance);
    }
    return [...all.keys()].sort().map((asset) => all.get(asset) as Balance);
  }

  #until(of: Followable, position: number): readonly Heard[] {
    const heard = this.#heard.get(of) ?? [];
    const first = heard[0]?.at ?? Number.POSITIVE_INFINITY;
    if (position < first) throw new Error(`${of} was not followed yet at ${position}: it began at ${first}`);
    return heard.filter(({ at }) => at <= position);
  }

  async #begin(atlas: AtlasClient, { instrumentId, interval, accountId }: Followed): Promise<void> {
    const subscriptions = [
      ...Object.entries(MARKET).map(([subscriptionId, channel]) => ({
        ...{ subscriptionId, channel, instrumentId },
        ...(channel === Channel.BOOK ? { depth: DEPTH } : {}),
        ...(channel === Channel.CANDLES ? { candleInterval: interval } : {}),
      })),
      ...Object.entries(ACCOUNT).map(([subscriptionId, channel]) => ({ subscriptionId, channel, accountId })),
    ];
    const options = { timeoutMs: 0, signal: this.#stopping.signal };
    const stream = atlas.stream.subscribe({ subscriptions }, options)[Symbol.asyncIterator]();
    while (this.#heard.size < subscriptions.length) {
      const { value, done } = await stream.next();
      if (done === true) throw new Error("the stream ended before everything was told");
      this.#take(value);
    }
    void this.#goOn(stream);
  }

  async #goOn(stream: AsyncIterator<SubscribeResponse>): Promise<void> {
    try {
      for (let next = await stream.next(); next.done !== true; next = await stream.next()) this.#take(next.value);
      throw new Error("the stream ended");
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failure = error;
    }
  }

  #take({ subscriptionId, cursor, content }: SubscribeResponse): void {
    if (content.case === "heartbeat") return;
    // A test's market is small: nothing of it is too much for a reader, and no snapshot is long.
    if (content.case === "resync") throw new Error(`${subscriptionId} fell behind`);
    const contents = content.value?.contents;
    if (contents === undefined || (content.case === "snapshot" && !content.value.last)) throw new Error("not one part");
    const at = positionOf(cursor);
    const heard = this.#heard.get(subscriptionId) ?? [];
    heard.push({ at, contents });
    this.#heard.set(subscriptionId, heard);
    if (content.case === "snapshot") return;
    // What an event changes is told by several messages: all of them are here once the next event's first one is.
    const kind = subscriptionId in MARKET ? "market" : "account";
    if (at <= this.#reached[kind]) return;
    this.known[kind] = Math.max(this.known[kind], this.#reached[kind]);
    this.#reached[kind] = at;
  }
}

/** The number at the end of `BTC-USD:1200` or `oms/3:1200`. */
export function positionOf(cursor: string): number {
  const digits = /^.+:(\d+)$/.exec(cursor)?.[1];
  if (digits === undefined) throw new Error(`no cursor: ${JSON.stringify(cursor)}`);
  return Number(digits);
}

function newestFirst(left: Order, right: Order): number {
  const seconds = Number((right.createTime?.seconds ?? 0n) - (left.createTime?.seconds ?? 0n));
  if (seconds !== 0) return seconds;
  const nanos = (right.createTime?.nanos ?? 0) - (left.createTime?.nanos ?? 0);
  return nanos !== 0 ? nanos : left.orderId < right.orderId ? -1 : 1;
}
