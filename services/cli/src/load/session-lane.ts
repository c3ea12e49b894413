import { setTimeout as sleep } from "node:timers/promises";
import { openTradeConnection, type TradeClient, type TradeConnection } from "@atlas/adapters/http/trade/trade-client";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ExecutionType, type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import type { TradeRequest, TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { isWorthRepeating, refused } from "../client/failure.ts";
import { type Lane, type LaneTerms, noteLoss } from "./lane.ts";
import { loadOrder } from "./load-terms.ts";

/** Reasons that pass: the same request is sent again a little later. */
const PASSING: readonly Reason[] = [
  Reason.RATE_LIMIT,
  Reason.BUSY,
  Reason.STORAGE_FULL,
  Reason.COMMAND_EXPIRED,
  Reason.VENUE_AWAY,
  Reason.NO_QUOTE,
  Reason.NOT_READY,
  Reason.OUTCOME_UNKNOWN,
  Reason.LOOK_UP_FIRST,
];

/** A `Trade` session, opened again with what is unanswered whenever it breaks. */
export const sessionLane: Lane = (terms) => new SessionLane(terms).run();

class SessionLane {
  readonly #terms: LaneTerms;
  #connection: TradeConnection | undefined;
  #stream: TradeClient | undefined;
  #window = 0;
  #clientSequence = 0n;
  /** Indices by client sequence; unanswered ones only. */
  readonly #open = new Map<bigint, number>();
  /** To be sent again before anything new. */
  #again: number[] = [];
  #next = 0;
  #cursor = "";
  #lastContact = 0;
  #finish: (error?: unknown) => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(terms: LaneTerms) {
    this.#terms = terms;
  }

  async run(): Promise<void> {
    this.#lastContact = performance.now();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#finish = (error) => (error === undefined ? resolve() : reject(error));
        this.#terms.signal.addEventListener("abort", () => resolve());
        this.#connect();
      });
    } finally {
      clearTimeout(this.#timer);
      this.#finish = () => {};
      const stream = this.#stream;
      this.#stream = undefined;
      stream?.cancel();
      this.#connection?.close();
    }
  }

  #connect(): void {
    this.#clientSequence = 0n;
    const { atlas, accountId } = this.#terms;
    const connection = openTradeConnection(atlas.url, atlas.key);
    this.#connection = connection;
    this.#stream = connection.open({
      receive: (message) => this.#receive(message),
      ended: (error) => this.#lost(connection, error),
    });
    this.#send({
      case: "open",
      value: {
        $typeName: "atlas.order.v1.OpenSession",
        accountId,
        cancelOnDisconnect: false,
        resumeCursor: this.#cursor,
      },
    });
  }

  #send(request: TradeRequest["request"]): bigint {
    this.#clientSequence++;
    const clientSequence = this.#clientSequence;
    this.#stream?.send({ $typeName: "atlas.order.v1.TradeRequest", clientSequence, request });
    return clientSequence;
  }

  /** Fills the window with what is due. */
  #fill(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { orders } = this.#terms;
    while (this.#open.size < this.#window) {
      const repeated = this.#again.shift();
      if (repeated !== undefined) {
        this.#terms.losses.repeated++;
        this.#submit(repeated, orders.requestIds[repeated] as string);
        continue;
      }
      if (this.#next >= orders.count) return;
      const now = performance.now();
      const due = this.#terms.dueAt(this.#next);
      if (due > now) {
        this.#timer = setTimeout(() => this.#fill(), Math.max(1, due - now));
        return;
      }
      const index = this.#next++;
      this.#submit(index, orders.begin(index, due === 0 ? now : due));
    }
  }

  #submit(index: number, requestId: string): void {
    const order = loadOrder(this.#terms.orders.isBuy(index));
    const value = { $typeName: "atlas.order.v1.SubmitOrderRequest" as const, requestId, accountId: "", order };
    this.#open.set(this.#send({ case: "submit", value }), index);
  }

  #receive(message: TradeResponse): void {
    this.#lastContact = performance.now();
    if (message.cursor !== "") this.#cursor = message.cursor;
    const { response, clientSequence } = message;
    switch (response.case) {
      case "opened":
        this.#window = this.#terms.window || response.value.window;
        break;
      case "submitted":
        this.#answered(clientSequence, response.value.order);
        break;
      case "refused":
        this.#refused(clientSequence, response.value.refusal?.reason ?? 0, response.value.refusal?.message ?? "");
        return;
      case "report": {
        const { executionType, status, orderId } = response.value;
        if (executionType !== ExecutionType.TRADE || status !== OrderStatus.FILLED) return;
        this.#terms.orders.fill(orderId, this.#lastContact);
        break;
      }
      default:
        return;
    }
    if (this.#isDone()) this.#finish();
    else this.#fill();
  }

  /** A repeated request is answered with the order as it is by now. */
  #answered(clientSequence: bigint, order: Order | undefined): void {
    const index = this.#open.get(clientSequence);
    if (index === undefined || order === undefined) return;
    this.#open.delete(clientSequence);
    this.#terms.orders.decide(index, order.orderId, this.#lastContact);
    if (order.status === OrderStatus.FILLED) this.#terms.orders.fill(order.orderId, this.#lastContact);
  }

  #refused(clientSequence: bigint, reason: Reason, text: string): void {
    const index = this.#open.get(clientSequence);
    this.#open.delete(clientSequence);
    if (index === undefined || !PASSING.includes(reason)) {
      this.#finish(refused(`an order of ${this.#terms.accountId} was refused: ${text}`));
      return;
    }
    this.#again.push(index);
    setTimeout(() => this.#fill(), 100);
  }

  #isDone(): boolean {
    const { orders } = this.#terms;
    return orders.decided === orders.count && orders.filled === orders.count;
  }

  #lost(connection: TradeConnection, error: ConnectError | undefined): void {
    connection.close();
    if (this.#stream === undefined || connection !== this.#connection) return;
    this.#stream = undefined;
    // Refused orders that wait to be sent again wait for the next session.
    this.#window = 0;
    clearTimeout(this.#timer);
    const { losses, retryFor } = this.#terms;
    noteLoss(losses, this.#open.size);
    this.#again = [...this.#open.values(), ...this.#again];
    this.#open.clear();
    const reason = error ?? new ConnectError("the server ended the session", Code.Unavailable);
    const isOver = performance.now() - this.#lastContact > retryFor;
    if (isOver || !isWorthRepeating(reason)) this.#finish(reason);
    else void sleep(100).then(() => this.#connect());
  }
}
