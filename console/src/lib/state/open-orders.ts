import { type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";

const FINAL: ReadonlySet<OrderStatus> = new Set([
  OrderStatus.FILLED,
  OrderStatus.CANCELED,
  OrderStatus.REJECTED,
  OrderStatus.EXPIRED,
]);

export function isFinal({ status }: Pick<Order, "status">): boolean {
  return FINAL.has(status);
}

/** How many ended orders are remembered, so that a late answer does not bring one back. */
const ENDED_KEPT = 1_000;

/** What taking an order in came to; `before`: as it was held, `undefined` when it is new. False: it changes nothing. */
export type Taken = { readonly before: Order | undefined } | false;

/** An account's open orders, from the stream and from answers, whichever comes first: the higher version holds. */
export class OpenOrders {
  #open = new Map<string, Order>();
  /** Ids of ended orders, oldest first. */
  readonly #ended = new Set<string>();
  /** Open by an answer, and not told by the stream so far. */
  readonly #ahead = new Set<string>();
  #snapshots = 0;

  /** How many times all of them were told: what is asked for now is decided after the last one. */
  get snapshots(): number {
    return this.#snapshots;
  }

  /**
   * Every open order there is at a position. What only an answer told stays, for it may be of after that: those are to be read
   * again, for their end may be before it too. Answers their ids.
   */
  replace(orders: readonly Order[]): readonly string[] {
    const held = this.#open;
    this.#open = new Map();
    this.#snapshots += 1;
    for (const order of orders) {
      this.#ahead.delete(order.orderId);
      const before = held.get(order.orderId);
      this.#take(before !== undefined && before.version > order.version ? before : order);
    }
    for (const orderId of this.#ahead) {
      const before = held.get(orderId);
      if (before !== undefined) this.#open.set(orderId, before);
    }
    return [...this.#ahead];
  }

  /** An order as the stream tells it. */
  put(order: Order): Taken {
    this.#ahead.delete(order.orderId);
    return this.#take(order);
  }

  /**
   * An order as an answer tells it, to what was asked first when that many snapshots had come; less than none: nobody knows when.
   * "doubtful": it is not held, and a snapshot since may have left it out because it has ended. It is to be read again.
   */
  answer(order: Order, asked: number): Taken | "doubtful" {
    const isNew = !this.#open.has(order.orderId) && !this.#ended.has(order.orderId) && !isFinal(order);
    if (!isNew) return this.#take(order);
    if (this.#snapshots > 0 && this.#snapshots !== asked) return "doubtful";
    this.#ahead.add(order.orderId);
    return this.#take(order);
  }

  /** The stream has told it, or it has ended: there is nothing to read again. */
  isTold(orderId: string): boolean {
    return this.#ended.has(orderId) || (this.#open.has(orderId) && !this.#ahead.has(orderId));
  }

  get(orderId: string): Order | undefined {
    return this.#open.get(orderId);
  }

  /** Newest first. */
  list(): readonly Order[] {
    return [...this.#open.values()].sort(byNewest);
  }

  #take(order: Order): Taken {
    const before = this.#open.get(order.orderId);
    if (this.#ended.has(order.orderId) || (before !== undefined && before.version >= order.version)) return false;
    if (isFinal(order)) this.#end(order.orderId);
    else this.#open.set(order.orderId, order);
    return { before };
  }

  #end(orderId: string): void {
    this.#open.delete(orderId);
    this.#ahead.delete(orderId);
    this.#ended.add(orderId);
    if (this.#ended.size > ENDED_KEPT) for (const oldest of this.#ended) return void this.#ended.delete(oldest);
  }
}

function byNewest(left: Order, right: Order): number {
  const seconds = Number((right.createTime?.seconds ?? 0n) - (left.createTime?.seconds ?? 0n));
  if (seconds !== 0) return seconds;
  const nanos = (right.createTime?.nanos ?? 0) - (left.createTime?.nanos ?? 0);
  return nanos !== 0 ? nanos : left.orderId < right.orderId ? -1 : 1;
}
