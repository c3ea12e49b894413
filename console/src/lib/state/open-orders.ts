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

/** An account's open orders, from the stream and from answers, whichever comes first: the higher version holds. */
export class OpenOrders {
  #open = new Map<string, Order>();
  /** Ids of ended orders, oldest first. */
  readonly #ended = new Set<string>();

  /** Every open order there is. */
  replace(orders: readonly Order[]): void {
    this.#open = new Map();
    for (const order of orders) this.put(order);
  }

  /** The order as it was held before; `undefined` when it is new. What is older than what is held changes nothing: false. */
  put(order: Order): { readonly before: Order | undefined } | false {
    const before = this.#open.get(order.orderId);
    if (this.#ended.has(order.orderId) || (before !== undefined && before.version >= order.version)) return false;
    if (isFinal(order)) this.#end(order.orderId);
    else this.#open.set(order.orderId, order);
    return { before };
  }

  get(orderId: string): Order | undefined {
    return this.#open.get(orderId);
  }

  /** Newest first. */
  list(): readonly Order[] {
    return [...this.#open.values()].sort(byNewest);
  }

  #end(orderId: string): void {
    this.#open.delete(orderId);
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
