import { type NewOrder, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import type { TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { Address } from "../platform/api.ts";
import { nextRequestId } from "../platform/request-id.ts";
import type { Samples } from "../platform/samples.ts";
import { openTrade, type Trade } from "./trade.ts";

/** Where times go. */
export interface LoadTimes {
  /** Orders that should have been sent before are not counted: the load generator, too, begins slowly. */
  readonly from: number;
  readonly decided: Samples;
  readonly filled: Samples;
}

/** Opens a session that sends one order over and over. */
export async function openLoadSession(
  address: Address,
  accountId: string,
  order: NewOrder,
  times: LoadTimes,
): Promise<LoadSession> {
  const session = new LoadSession(order, times);
  session.trade = await openTrade(address, accountId, (response) => session.hear(response));
  return session;
}

/** One session of the load: what it has sent and what became of it. */
export class LoadSession {
  trade: Trade | undefined;
  sent = 0;
  refused = 0;
  firstRefusal = "";
  doubled = 0;
  readonly #order: NewOrder;
  readonly #times: LoadTimes;
  /** Intended times of requests without an answer, by client sequence. */
  readonly #undecided = new Map<bigint, number>();
  /** Intended times of orders that are not filled, by order id. */
  readonly #unfilled = new Map<string, number>();
  #window = 0;

  constructor(order: NewOrder, times: LoadTimes) {
    this.#order = order;
    this.#times = times;
  }

  get undecided(): number {
    return this.#undecided.size;
  }

  get unfilled(): number {
    return this.#unfilled.size;
  }

  /** From now on so many orders are kept on their way; 0: none is sent by itself. */
  keepUnfilled(window: number): void {
    this.#window = window;
    this.#refill();
  }

  /** Sends an order; its times count from `intended`. */
  send(intended: number): void {
    this.sent += 1;
    const clientSequence = (this.trade as Trade).submit(nextRequestId(), this.#order);
    this.#undecided.set(clientSequence, intended);
  }

  hear({ clientSequence, response }: TradeResponse): void {
    switch (response.case) {
      case "submitted":
        this.#decided(clientSequence, response.value.order?.orderId ?? "");
        break;
      case "refused":
        this.#undecided.delete(clientSequence);
        this.refused += 1;
        if (this.refused === 1) this.firstRefusal = response.value.refusal?.message ?? response.value.code;
        break;
      case "report":
        if (response.value.status === OrderStatus.FILLED) this.#filled(response.value.orderId);
    }
  }

  close(): void {
    this.trade?.close();
  }

  #decided(clientSequence: bigint, orderId: string): void {
    const intended = this.#undecided.get(clientSequence);
    if (intended === undefined) {
      this.doubled += 1;
      return;
    }
    this.#undecided.delete(clientSequence);
    this.#unfilled.set(orderId, intended);
    if (intended >= this.#times.from) this.#times.decided.add(performance.now() - intended);
  }

  #filled(orderId: string): void {
    const intended = this.#unfilled.get(orderId);
    if (intended === undefined) {
      this.doubled += 1;
      return;
    }
    this.#unfilled.delete(orderId);
    if (intended >= this.#times.from) this.#times.filled.add(performance.now() - intended);
    this.#refill();
  }

  #refill(): void {
    while (this.#undecided.size + this.#unfilled.size < this.#window) this.send(performance.now());
  }
}
