import { nextStatus, type OrderStep, type OrderStatus as Status } from "@atlas/domain/order/order-status";
import type { OrderEvent, OrderProgress } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Order, OrderStatus, OrderStatusSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { orderStepOf } from "@atlas/platform/wire/order/order-step";
import { wordOf } from "../output/words.ts";
import { KeySet } from "./key-set.ts";
import { unitsOf } from "./shard-books.ts";

/** An open order as its events have left it. */
export interface OpenOrder {
  readonly accountId: string;
  readonly order: Order;
  status: Status;
  version: bigint;
  cumulative: bigint;
  reserved: bigint;
  limitPrice: string;
}

const STEPS: Readonly<Partial<Record<string, OrderStep>>> = {
  orderLive: "REST",
  cancelRequested: "ASK_CANCEL",
  orderCanceled: "CANCEL",
  cancelRefused: "REFUSE_CANCEL",
  replaceRequested: "ASK_REPLACE",
  orderReplaced: "REPLACE",
  replaceRefused: "REFUSE_REPLACE",
  orderRejected: "REJECT",
  orderExpired: "EXPIRE",
  orderReduced: "REDUCE",
};

/** The orders of one shard, made again from its events and held against the table of states (I5). */
export class OrderLives {
  readonly open = new Map<string, OpenOrder>();
  readonly #ended = new KeySet();

  /** Takes the next event; answers what is impossible about it, if anything. */
  take(event: OrderEvent): string | undefined {
    const body = event.event;
    if (body.case === "orderAccepted" || body.case === "orderDenied") return this.#begin(event, body.value.order);
    const step = orderStepOf(event);
    return step === undefined ? undefined : this.#advance(event, step.progress);
  }

  hasEnded(orderId: string): boolean {
    return orderId !== "" && this.#ended.has(orderId);
  }

  #begin(event: OrderEvent, order: Order | undefined): string | undefined {
    if (order === undefined) return `event ${event.sequence} holds no order`;
    const { orderId, accountId, version, limitPrice } = order;
    if (this.open.has(orderId) || this.#ended.has(orderId)) return `order ${orderId} begins twice`;
    if (version !== 1n) return `order ${orderId} begins at version ${version}`;
    const status = wordOf(OrderStatusSchema, order.status) as Status;
    if (status !== "PENDING_SUBMIT" && status !== "REJECTED") return `order ${orderId} begins as ${status}`;
    if (status === "REJECTED") this.#ended.add(orderId);
    else {
      const reserved = unitsOf(order.reserved?.amount ?? "");
      this.open.set(orderId, { accountId, order, status, version, cumulative: 0n, reserved, limitPrice });
    }
    return amountsBroken(orderId, order);
  }

  #advance(event: OrderEvent, progress: OrderProgress): string | undefined {
    const { orderId } = event;
    const known = this.open.get(orderId);
    if (known === undefined)
      return `order ${orderId} has an event ${this.#ended.has(orderId) ? "after its end" : "before its begin"}`;
    const cumulative = unitsOf(progress.cumulativeQuantity);
    const status = wordOf(OrderStatusSchema, progress.status) as Status;
    const wrong =
      this.#arrowBroken(event, known, status, cumulative > 0n) ??
      (progress.version === known.version + 1n ? undefined : `version ${progress.version} after ${known.version}`) ??
      (cumulative >= known.cumulative ? undefined : "the filled quantity falls") ??
      amountsBroken(orderId, progress);
    Object.assign(known, { status, version: progress.version, cumulative, limitPrice: progress.limitPrice });
    known.reserved = unitsOf(progress.reserved);
    if (isEnd(progress.status)) {
      this.open.delete(orderId);
      this.#ended.add(orderId);
    }
    return wrong === undefined ? undefined : `order ${orderId}: ${wrong}`;
  }

  #arrowBroken(event: OrderEvent, known: OpenOrder, status: Status, isFilled: boolean): string | undefined {
    const name = event.event.case ?? "";
    const step = name === "orderFilled" ? (status === "FILLED" ? "FILL_ALL" : "FILL_PART") : STEPS[name];
    const due = step === undefined ? undefined : nextStatus(known.status, step, isFilled);
    return due === status ? undefined : `${name} leads from ${known.status} to ${status}`;
  }
}

interface Amounts {
  readonly quantity: string;
  readonly cumulativeQuantity: string;
  readonly leavesQuantity: string;
  readonly canceledQuantity: string;
}

function amountsBroken(orderId: string, amounts: Amounts): string | undefined {
  const parts =
    unitsOf(amounts.cumulativeQuantity) + unitsOf(amounts.leavesQuantity) + unitsOf(amounts.canceledQuantity);
  return parts === unitsOf(amounts.quantity)
    ? undefined
    : `order ${orderId}: filled + leaves + canceled is not its quantity`;
}

function isEnd(status: OrderStatus): boolean {
  const ends: readonly OrderStatus[] = [
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
    OrderStatus.REJECTED,
    OrderStatus.EXPIRED,
  ];
  return ends.includes(status);
}
