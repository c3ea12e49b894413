import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Order, RefusedBy } from "@atlas/gen/atlas/order/v1/order_pb";
import { advanceOrder, orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { isFinal } from "@atlas/platform/wire/order/final-status";
import { orderStepOf } from "@atlas/platform/wire/order/order-step";

/** An account's orders as they are after each of its events. */
export class AccountOrders {
  readonly #read: (orderId: string) => Promise<Order | undefined>;
  readonly #open = new Map<string, Order>();

  /** `read` finds an order that is not known here, as it is by now. */
  constructor(read: (orderId: string) => Promise<Order | undefined>) {
    this.#read = read;
  }

  /** Orders as they stand, from which events go on. */
  load(orders: readonly Order[]): void {
    for (const order of orders) this.#open.set(order.orderId, order);
  }

  /**
   * The order after an event; `undefined`: the event changes none, or is shown already. A promise only where the order has
   * to be read first.
   */
  after(event: OrderEvent): Order | undefined | Promise<Order | undefined> {
    const made = orderMadeBy(event);
    if (made !== undefined) return this.#keep(made);
    if (orderStepOf(event) === undefined) return undefined;
    const known = this.#open.get(event.orderId);
    if (known === undefined) return this.#read(event.orderId).then((order) => order && this.#keep(asOf(order, event)));
    const next = advanceOrder(known, event);
    return next === known ? undefined : this.#keep(next);
  }

  #keep(order: Order): Order {
    if (isFinal(order.status)) this.#open.delete(order.orderId);
    else this.#open.set(order.orderId, order);
    return order;
  }
}

/** The order as it was right after one of its events, whatever happened to it since: its terms are as ever. */
function asOf(order: Order, event: OrderEvent): Order {
  return advanceOrder({ ...order, version: 0n, refusal: undefined, refusedBy: RefusedBy.UNSPECIFIED }, event);
}
