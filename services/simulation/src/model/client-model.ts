import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { e8 } from "./e8.ts";
import { isEnd, type OrderModel } from "./order-model.ts";
import type { Violations } from "./violations.ts";

/** What came of one sending of a request, as its client sees it. */
export type Answer =
  | { readonly kind: "ORDER"; readonly order: Order }
  | { readonly kind: "DONE" }
  | { readonly kind: "REFUSED"; readonly reason: string; readonly orderId: string; readonly field: string }
  /** Nothing was logged, it says. */
  | { readonly kind: "NOTHING"; readonly reason: string }
  /** No answer, or one that says that it does not know. */
  | { readonly kind: "UNKNOWN"; readonly reason: string };

/** Terms of an order that a client asked for. */
export interface AskedTerms {
  readonly instrumentId: string;
  readonly quantity: string;
  readonly limitPrice: string;
}

/** Funds that a client asked to be moved. */
export interface AskedFunds {
  readonly asset: string;
  readonly amount: string;
}

/** What a client asked an order of its own to become; an empty term stays as it is. */
export interface AskedReplacement {
  readonly orderId: string;
  readonly quantity: string;
  readonly limitPrice: string;
}

/** What of a request is held against the log. */
export interface Asked {
  /** Of a submit. */
  readonly terms?: AskedTerms;
  /** Of a deposit or a withdrawal. */
  readonly funds?: AskedFunds;
  /** Of a replace. */
  readonly replacement?: AskedReplacement;
}

/** A request that a client made, kept, and sent until it knew. */
export interface ClientRequest extends Asked {
  readonly accountId: string;
  readonly requestId: string;
  readonly method: string;
  /** Of an entry of a batch: the batch's number, by account. */
  readonly batch?: number;
  readonly answers: Answer[];
}

/** What all clients were told, held against itself and against the log (I6, I7, S22, D4). */
export class ClientModel {
  readonly requests: ClientRequest[] = [];
  /** What was new of each order that its one client was shown, and at which moment. */
  readonly #shown = new Map<string, { readonly moment: number; readonly order: Order }[]>();
  #moment = 0;
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Now, counted by what was shown: for `knownAt`. */
  get moment(): number {
    return this.#moment;
  }

  /** The version of an order that its client knows. */
  known(orderId: string): bigint {
    return this.knownAt(orderId, this.#moment);
  }

  /** The version of an order that its client knew at a moment. */
  knownAt(orderId: string, moment: number): bigint {
    return this.#shown.get(orderId)?.findLast((shown) => shown.moment <= moment)?.order.version ?? 0n;
  }

  /** A client was shown an order in answer to what it asked when it knew version `before` (S22). */
  show(order: Order, before: bigint): void {
    const { orderId, version } = order;
    const text = () => `${orderId} was shown at version ${version} to who asked knowing ${before}`;
    this.#violations.check("S22", version >= before, text);
    const all = this.#shown.get(orderId) ?? [];
    const last = all.at(-1)?.order;
    if (last !== undefined && version < last.version) return;
    const goesOn = last === undefined || version === last.version || !isEnd(last.status);
    this.#violations.check("I5", goesOn, () => `${orderId} was shown ended at ${last?.version}, then at ${version}`);
    all.push({ moment: ++this.#moment, order });
    this.#shown.set(orderId, all);
  }

  /** At the end, when everything is decided. */
  end(orders: OrderModel): void {
    for (const request of this.requests) if (request.method === "submit") this.#endSubmit(request, orders);
    for (const [orderId, all] of this.#shown) {
      const version = all.at(-1)?.order.version ?? 0n;
      const logged = orders.orders.get(orderId);
      const text = () => `${orderId} was shown at version ${version}, the log has ${logged?.version}`;
      this.#violations.check("I7", logged !== undefined && logged.version >= version, text);
    }
  }

  #endSubmit(request: ClientRequest, { byRequest, orders }: OrderModel): void {
    const { accountId, requestId, answers } = request;
    const made = byRequest.get(`${accountId}\n${requestId}`);
    const told = new Set(answers.map(orderIdOf).filter((orderId) => orderId !== ""));
    const name = `request ${requestId} of ${accountId}`;
    this.#violations.check("I6", told.size <= 1, () => `${name} was answered with ${[...told].join(" and ")}`);
    const differs = told.size === 1 && !told.has(made ?? "");
    this.#violations.check("I7", !differs, () => `${name} was told ${[...told]}, the log has ${made}`);
    const nothing = answers.length > 0 && answers.every(saysNothing);
    this.#violations.check("I7", !nothing || made === undefined, () => `${name} was told that nothing was done`);
    const accepted = made === undefined ? undefined : orders.get(made)?.order;
    if (accepted === undefined || request.terms === undefined) return;
    const { instrumentId, quantity, limitPrice } = request.terms;
    const same = accepted.instrumentId === instrumentId && e8(accepted.quantity) === e8(quantity);
    const isPriced = e8(accepted.limitPrice) === e8(limitPrice);
    this.#violations.check("I6", same && isPriced, () => `${name} made an order of other terms`);
  }
}

function orderIdOf(answer: Answer): string {
  if (answer.kind === "ORDER") return answer.order.orderId;
  return answer.kind === "REFUSED" ? answer.orderId : "";
}

/** It says what came of the request: there is no need to send it again. */
export function isKnown({ kind }: Answer): boolean {
  return kind !== "UNKNOWN" && kind !== "NOTHING";
}

/** No attempt was left open, and none had an effect. */
export function saysNothing(answer: Answer): boolean {
  return answer.kind === "NOTHING" || (answer.kind === "REFUSED" && answer.orderId === "");
}
