import type { Limits } from "@atlas/gen/atlas/account/v1/account_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { OrderEvent, OrderProgress } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  Liquidity,
  type Order,
  OrderStatusSchema,
  OrderType,
  OrderStatus as S,
  Side,
  TimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";
import type { ControlChange } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { ceilDivide, e8, timesE8 } from "./e8.ts";
import type { LedgerModel } from "./ledger-model.ts";
import type { Violations } from "./violations.ts";

/** An order in the model. */
export interface ModelOrder {
  readonly order: Order;
  readonly protection: bigint;
  status: S;
  version: bigint;
  quantity: bigint;
  limit: bigint;
  cumulative: bigint;
  leaves: bigint;
  /** Exact sums of rate x notional, in 1e-16, and of notional in 1e-8. */
  accrued: bigint;
  cost: bigint;
  fees: bigint;
  /** What a replace that is on its way asks for: the new total and limit. */
  replacement: { readonly quantity: bigint; readonly limit: bigint } | undefined;
}

const OPEN: readonly S[] = [S.LIVE, S.PARTIALLY_FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE];
const ENDS: readonly S[] = [S.FILLED, S.CANCELED, S.REJECTED, S.EXPIRED];

/** DOMAIN.md, "Order states", written out once more. Not in it: impossible. */
const ARROWS: Readonly<Partial<Record<S, readonly S[]>>> = {
  [S.PENDING_SUBMIT]: [S.LIVE, S.PARTIALLY_FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE, ...ENDS, S.PENDING_SUBMIT],
  [S.LIVE]: [...OPEN, S.FILLED, S.CANCELED, S.EXPIRED],
  [S.PARTIALLY_FILLED]: [S.PARTIALLY_FILLED, S.FILLED, S.PENDING_CANCEL, S.PENDING_REPLACE, S.CANCELED, S.EXPIRED],
  [S.PENDING_CANCEL]: [S.PENDING_CANCEL, S.LIVE, S.PARTIALLY_FILLED, ...ENDS],
  [S.PENDING_REPLACE]: [...OPEN, S.REJECTED, S.FILLED, S.CANCELED, S.EXPIRED],
};

/** Fee rates of the test's instruments, in 1e-8. */
const MAKER = 20_000n;
const TAKER = 50_000n;

/** A status by its name. */
function word(status: S): string {
  return OrderStatusSchema.value[status]?.name ?? String(status);
}

export function isEnd(status: S): boolean {
  return ENDS.includes(status);
}

/** Every order of the platform, by what its events say (I3, I5, I6, I8, D7). */
export class OrderModel {
  readonly orders = new Map<string, ModelOrder>();
  /** Order ids by account and request id. */
  readonly byRequest = new Map<string, string>();
  /** As they were set last. */
  readonly #limits = new Map<string, Limits>();
  /** The engine version of each shard, as its events have activated it; absent: 1. */
  readonly #engines = new Map<string, number>();
  readonly #violations: Violations;
  readonly #ledger: LedgerModel;

  constructor(violations: Violations, ledger: LedgerModel) {
    this.#violations = violations;
    this.#ledger = ledger;
  }

  /** After the ledger has taken the event. */
  take(event: OrderEvent): void {
    const body = event.event;
    if (body.case === "orderAccepted") this.#begin(event, body.value.order, e8(body.value.protectionPrice));
    else if (body.case === "orderDenied") this.#begin(event, body.value.order, 0n);
    else if (body.case === "controlApplied") this.#control(event, body.value.change?.change);
    else if (body.case === "limitsSet" && body.value.limits !== undefined) {
      this.#limits.set(event.accountId, body.value.limits);
    } else if (body.case !== undefined && "progress" in body.value && body.value.progress !== undefined) {
      this.#advance(event, body.value.progress);
    }
  }

  /** Every account: what is reserved is what its open orders hold (I3). */
  checkReserved(): void {
    const sums = new Map<string, bigint>();
    for (const { order, status } of this.orders.values()) {
      if (order.reserved === undefined || isEnd(status)) continue;
      const key = `${order.accountId}\n${order.reserved.asset}`;
      sums.set(key, (sums.get(key) ?? 0n) + (this.#ledger.locked.get(order.orderId) ?? 0n));
    }
    for (const [key, { reserved }] of this.#ledger.held) {
      const [accountId = "", asset = ""] = key.split("\n");
      if (accountId.startsWith("house-")) continue;
      const text = () => `${accountId} reserves ${reserved} ${asset} for ${sums.get(key) ?? 0n}`;
      this.#violations.check("I3", (sums.get(key) ?? 0n) === reserved, text);
    }
  }

  #begin(event: OrderEvent, order: Order | undefined, protection: bigint): void {
    if (order === undefined) throw new Error(`${event.eventId} has no order`);
    const { orderId, accountId, requestId, status } = order;
    const key = `${accountId}\n${requestId}`;
    const first = this.byRequest.get(key);
    this.#violations.check("I6", first === undefined, () => `${key} made ${first} and ${orderId}`);
    this.#violations.check("I6", !this.orders.has(orderId), () => `${orderId} begins twice`);
    this.byRequest.set(key, orderId);
    const begun: ModelOrder = {
      ...{ order, protection, status, version: order.version, quantity: e8(order.quantity) },
      ...{ limit: e8(order.limitPrice), cumulative: 0n, leaves: e8(order.leavesQuantity), accrued: 0n, cost: 0n },
      ...{ fees: 0n, replacement: undefined },
    };
    this.orders.set(orderId, begun);
    const isRight = order.version === 1n && (status === S.PENDING_SUBMIT || status === S.REJECTED);
    this.#violations.check("I5", isRight, () => `${orderId} begins as ${word(status)}, version ${order.version}`);
    this.#reserved(begun, e8(order.reserved?.amount ?? ""));
    if (status !== S.PENDING_SUBMIT) return this.#denied(event, begun);
    this.#counted(event, begun);
    this.#limited(event, begun);
  }

  /** Versions follow each other, one after the other (S26). */
  #control({ shard, eventId }: OrderEvent, change: ControlChange["change"] | undefined): void {
    if (change?.case !== "engineActivated") return;
    const { version } = change.value;
    const isNext = version === (this.#engines.get(shard) ?? 1) + 1;
    this.#violations.check(
      "S26",
      isNext,
      () => `${eventId} activates version ${version} after ${this.#engines.get(shard)}`,
    );
    this.#engines.set(shard, version);
  }

  /** From version 2 on an order that never rests is not refused for how many others are open, but where none may be (S26). */
  #passesFull(event: OrderEvent, order: Order): boolean {
    const { type, timeInForce } = order;
    const neverRests = type === OrderType.MARKET || timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK;
    const none = this.#limits.get(order.accountId)?.maximumOpenOrders === 0;
    return (this.#engines.get(event.shard) ?? 1) >= 2 && neverRests && !none;
  }

  #denied(event: OrderEvent, { order }: ModelOrder): void {
    if (order.refusal?.reason !== Reason.OPEN_ORDERS_LIMIT) return;
    const text = () => `${event.eventId} refuses ${order.orderId} by a rule that does not hold any more`;
    this.#violations.check("S26", !this.#passesFull(event, order), text);
  }

  /** Limits that were set are kept by every order that is accepted after it (I2, I14). */
  #limited(event: OrderEvent, { order, quantity, limit, protection }: ModelOrder): void {
    const { accountId, instrumentId, orderId } = order;
    const limits = this.#limits.get(accountId);
    if (limits === undefined) return;
    const open = [...this.orders.values()].filter((one) => one.order.accountId === accountId && !isEnd(one.status));
    const own = limits.quantityLimits.find((one) => one.instrumentId === instrumentId);
    const notional = timesE8(limit > 0n ? limit : protection, quantity);
    const holds =
      (open.length <= limits.maximumOpenOrders || this.#passesFull(event, order)) &&
      notional <= e8(limits.maximumNotional) &&
      (own === undefined || quantity <= e8(own.maximumQuantity));
    this.#violations.check(
      "I2",
      holds,
      () => `${orderId} is the ${open.length}th, ${quantity} for ${notional}: beyond limits`,
    );
  }

  /** What an order can cost is locked by the event that sends it, before any venue hears of it (I14). */
  #counted(event: OrderEvent, { order }: ModelOrder): void {
    const isSent = event.linksOut.length === 1;
    const locked = this.#ledger.locked.get(order.orderId) ?? 0n;
    this.#violations.check("I14", isSent && locked > 0n, () => `${order.orderId} goes out with ${locked} locked`);
  }

  #advance(event: OrderEvent, progress: OrderProgress): void {
    const known = this.orders.get(event.orderId);
    if (known === undefined) {
      this.#violations.check("I5", false, () => `${event.eventId} moves ${event.orderId}, which never began`);
      return;
    }
    const kind = event.event.case ?? "";
    const arrow = ARROWS[known.status]?.includes(progress.status) ?? false;
    const told = () => `${event.eventId}: ${kind} leads from ${word(known.status)} to ${word(progress.status)}`;
    this.#violations.check("I5", arrow, told);
    const version = () => `${event.eventId}: version ${progress.version} after ${known.version}`;
    this.#violations.check("I5", progress.version === known.version + 1n, version);
    const [quantity, cumulative, leaves] = [
      progress.quantity,
      progress.cumulativeQuantity,
      progress.leavesQuantity,
    ].map(e8);
    const canceled = e8(progress.canceledQuantity);
    if (quantity === undefined || cumulative === undefined || leaves === undefined) throw new Error("no numbers");
    this.#violations.check("I5", cumulative >= known.cumulative, () => `${event.eventId}: what is filled falls`);
    const sum = () => `${event.eventId}: ${cumulative} + ${leaves} + ${canceled} is not ${quantity}`;
    this.#violations.check("D7", cumulative + leaves + canceled === quantity, sum);
    if (event.event.case === "orderFilled") this.#fill(event, known, cumulative);
    else this.#violations.check("I5", cumulative === known.cumulative, () => `${event.eventId}: filled by ${kind}`);
    if (event.event.case === "replaceRequested") {
      const { quantity: total, limitPrice } = event.event.value;
      known.replacement = { quantity: e8(total), limit: e8(limitPrice) };
    }
    this.#terms(event, known, progress);
    if (kind === "orderReplaced" || kind === "replaceRefused") known.replacement = undefined;
    Object.assign(known, { status: progress.status, version: progress.version, quantity, cumulative, leaves });
    known.limit = e8(progress.limitPrice);
    this.#violations.check("I1", known.fees === e8(progress.fees), () => `${event.eventId}: fees ${progress.fees}`);
    this.#reserved(known, e8(progress.reserved));
  }

  /** An order's terms change by a replace that a venue has made alone, to those that it asked for. */
  #terms({ eventId, event }: OrderEvent, known: ModelOrder, progress: OrderProgress): void {
    const due = event.case === "orderReplaced" ? known.replacement : known;
    const isDue = due?.quantity === e8(progress.quantity) && due.limit === e8(progress.limitPrice);
    const text = () =>
      `${eventId} has ${progress.quantity} at ${progress.limitPrice}, due ${due?.quantity} at ${due?.limit}`;
    this.#violations.check("I5", isDue, text);
  }

  /** One fill: what it costs, by DOMAIN.md's formula, and that it is no worse than the limit. */
  #fill(event: OrderEvent, known: ModelOrder, cumulative: bigint): void {
    const fill = event.event.case === "orderFilled" ? event.event.value.fill : undefined;
    if (fill === undefined) throw new Error(`${event.eventId} has no fill`);
    const [price, quantity] = [e8(fill.price), e8(fill.quantity)];
    this.#violations.check("I5", known.cumulative + quantity === cumulative, () => `${event.eventId} fills otherwise`);
    const notional = timesE8(price, quantity);
    known.accrued += (fill.liquidity === Liquidity.MAKER ? MAKER : TAKER) * notional;
    known.cost += notional;
    const due = ceilDivide(known.accrued, 100_000_000n) - known.fees;
    known.fees += due;
    const fee = e8(fill.fee?.amount ?? "");
    this.#violations.check("I1", fee === due, () => `${event.eventId} charges ${fee} where ${due} is due`);
    const worst = known.limit > 0n ? known.limit : known.protection;
    const within = known.order.side === Side.BUY ? price <= worst : price >= worst;
    this.#violations.check(
      "I8",
      within || known.replacement !== undefined,
      () => `${event.eventId} trades at ${price}, limit ${worst}`,
    );
  }

  /** What stands reserved for the order is what it can still cost (I3), by its postings too (I4). */
  #reserved(order: ModelOrder, stated: bigint): void {
    const { orderId } = order.order;
    const locked = this.#ledger.locked.get(orderId) ?? 0n;
    this.#violations.check("I4", locked === stated, () => `${orderId} locks ${locked}, says ${stated}`);
    const due = isEnd(order.status) ? 0n : dearest(order);
    const text = () => `${orderId} (${word(order.status)}) reserves ${stated}, can cost ${due}`;
    this.#violations.check("I3", stated === due, text);
  }
}

/**
 * What an open order can still cost, in 1e-8 of what it gives. While a replace is on its way the worst of what may happen (I14):
 * all that is open trades at the old price and what was added at the new one, or all of it at the new one.
 */
function dearest(order: ModelOrder): bigint {
  const { leaves, limit, protection, replacement, quantity } = order;
  const price = limit > 0n ? limit : protection;
  const replaced = replacement === undefined ? 0n : atLeast0(leaves + replacement.quantity - quantity);
  if (order.order.side === Side.SELL) return replaced > leaves ? replaced : leaves;
  const newPrice = replacement === undefined || replacement.limit === 0n ? price : replacement.limit;
  const oldFirst = timesE8(price, leaves) + timesE8(newPrice, atLeast0(replaced - leaves));
  const newFirst = timesE8(newPrice, replaced);
  return withFees(order, oldFirst > newFirst ? oldFirst : newFirst);
}

function withFees({ accrued, fees }: ModelOrder, notional: bigint): bigint {
  return notional + ceilDivide(accrued + TAKER * notional, 100_000_000n) - fees;
}

function atLeast0(amount: bigint): bigint {
  return amount > 0n ? amount : 0n;
}
