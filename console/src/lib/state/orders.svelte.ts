import { type Order, OrderStatus, type Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Clients } from "../rpc/clients.ts";
import { wordsOf, wordsOfError } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import type { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.svelte.ts";
import { isFinal, OpenOrders } from "./open-orders.ts";
import { newRequestId } from "./request-id.ts";

/** An order changed; `before`: as it was held, `undefined` when it is new. */
export type OrderListener = (order: Order, before: Order | undefined) => void;

/** An account's working orders. */
export class Orders {
  /** Newest first; `undefined`: nothing is known yet. */
  open = $state.raw<readonly Order[]>();
  /** Where in the stream what is drawn stands; an order that an answer told may be ahead of it. Empty: nothing is drawn. */
  cursor = $state("");
  readonly #clients: Clients;
  readonly #accountId: string;
  readonly #notifier: Notifier;
  readonly #frame: Frame;
  readonly #orders = new OpenOrders();
  readonly #listeners = new Set<OrderListener>();
  readonly #unwatch: () => void;
  #isKnown = false;
  #heard = "";

  constructor(clients: Clients, connection: Connection, frame: Frame, notifier: Notifier, accountId: string) {
    this.#clients = clients;
    this.#accountId = accountId;
    this.#notifier = notifier;
    this.#frame = frame;
    this.#unwatch = connection.watch(
      { channel: Channel.ORDERS, accountId },
      {
        snapshot: (parts, cursor) => {
          this.#isKnown = true;
          this.#heard = cursor;
          this.#orders.replace(parts.flatMap(({ orders }) => orders));
          frame.show(this.#show);
        },
        update: ({ orders }, cursor) => {
          this.#heard = cursor;
          for (const order of orders) this.put(order);
          frame.show(this.#show);
        },
      },
    );
  }

  /** What is called ends it. */
  onChange(listener: OrderListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes an order in that an answer told; the stream tells it too, earlier or later. */
  put(order: Order): void {
    const change = this.#orders.put(order);
    if (change === false) return;
    for (const listener of this.#listeners) listener(order, change.before);
    this.#frame.show(this.#show);
  }

  get(orderId: string): Order | undefined {
    return this.#orders.get(orderId);
  }

  async cancel(orderId: string): Promise<void> {
    const request = { requestId: newRequestId(), accountId: this.#accountId, orderId };
    try {
      const { order } = await this.#clients.orders.cancelOrder(request, withPatience());
      if (order !== undefined) this.put(order);
    } catch (error) {
      this.#notifier.say("bad", `Not cancelled: ${wordsOfError(error)}`);
    }
  }

  /** Every open order that matches; empty and 0 match all. */
  async cancelAll(instrumentId: string, side: Side): Promise<void> {
    const request = { requestId: newRequestId(), accountId: this.#accountId, instrumentId, side };
    try {
      const { orderIds } = await this.#clients.orders.cancelOrders(request, withPatience());
      const count = orderIds.length;
      this.#notifier.say(
        "good",
        count === 0 ? "Nothing was open." : `Cancelling ${count} ${count === 1 ? "order" : "orders"}.`,
      );
    } catch (error) {
      this.#notifier.say("bad", `Not cancelled: ${wordsOfError(error)}`);
    }
  }

  /** New total and price; empty stays. Resolves with why not, in words; empty: it is on its way. */
  async replace(order: Order, quantity: string, limitPrice: string): Promise<string> {
    const request = {
      requestId: newRequestId(),
      accountId: this.#accountId,
      orderId: order.orderId,
      expectedVersion: order.version,
      quantity,
      limitPrice,
    };
    try {
      const response = await this.#clients.orders.replaceOrder(request, withPatience());
      if (response.order !== undefined) this.put(response.order);
      return "";
    } catch (error) {
      return wordsOfError(error);
    }
  }

  close(): void {
    this.#unwatch();
  }

  readonly #show = (): void => {
    if (!this.#isKnown) return;
    this.open = this.#orders.list();
    this.cursor = this.#heard;
  };
}

/** Why an order ended or stands as it does; empty: there is nothing to say. */
export function reasonOf({ refusal }: Order): string {
  return refusal === undefined ? "" : wordsOf(refusal);
}

const WORDS: Partial<Record<OrderStatus, string>> = {
  [OrderStatus.PENDING_SUBMIT]: "Submitting",
  [OrderStatus.UNTRIGGERED]: "Waiting",
  [OrderStatus.LIVE]: "Working",
  [OrderStatus.PARTIALLY_FILLED]: "Part filled",
  [OrderStatus.FILLED]: "Filled",
  [OrderStatus.PENDING_CANCEL]: "Cancelling",
  [OrderStatus.CANCELED]: "Cancelled",
  [OrderStatus.PENDING_REPLACE]: "Amending",
  [OrderStatus.REJECTED]: "Refused",
  [OrderStatus.EXPIRED]: "Expired",
};

export function statusWords(status: OrderStatus): string {
  return WORDS[status] ?? "—";
}

/** A cancel can still be asked for. */
export function isCancelable(order: Order): boolean {
  return !isFinal(order) && order.status !== OrderStatus.PENDING_CANCEL;
}
