import { type Order, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { format } from "../decimal/decimal.ts";
import type { Clients } from "../rpc/clients.ts";
import { wordsOf } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import { retryDelay } from "../stream/retry-delay.ts";
import type { AccountVoice } from "./account-voice.ts";
import type { Frame } from "./frame.ts";
import { isFinal, OpenOrders, type Taken } from "./open-orders.ts";
import { lowered } from "./order-news.ts";
import { cancelRefused, cancelTold, changeAnswered, changeRefused, changeTold, problemOf } from "./orders-outcome.ts";
import { OrderRequests, type RequestOutcome, type StagedRequest } from "./orders-requests.ts";
import { newRequestId } from "./request-id.ts";

/** An order changed; `before`: as it was held, `undefined` when it is new. */
export type OrderListener = (order: Order, before: Order | undefined) => void;

/** An account's working orders. */
export class Orders {
  /** Newest first; `undefined`: nothing is known yet. */
  open = $state.raw<readonly Order[]>();
  /** Where in the stream what is drawn stands; an order that an answer told may be ahead of it. Empty: nothing is drawn. */
  cursor = $state("");
  /** What was asked of orders and is not settled, by order. */
  staged = $state.raw<ReadonlyMap<string, StagedRequest>>(new Map());
  readonly #clients: Clients;
  readonly #accountId: string;
  readonly #notifier: AccountVoice;
  readonly #frame: Frame;
  readonly #orders = new OpenOrders();
  readonly #listeners = new Set<OrderListener>();
  readonly #unwatch: () => void;
  readonly #moved: () => void;
  #isKnown = false;
  #isClosed = false;
  /** Ids of orders that are being read again. */
  readonly #reading = new Set<string>();
  readonly #requests: OrderRequests;
  #unanswered: ReadonlySet<string> = new Set();
  #heard = "";

  /** `moved`: called when something was asked for or is settled. */
  constructor(
    world: { clients: Clients; connection: Connection; frame: Frame; notifier: AccountVoice },
    accountId: string,
    moved: () => void,
  ) {
    const { clients, connection, frame, notifier } = world;
    this.#moved = moved;
    this.#clients = clients;
    this.#accountId = accountId;
    this.#notifier = notifier;
    this.#frame = frame;
    this.#requests = new OrderRequests({
      newRequestId: () => newRequestId(connection.serverTime),
      wallTime: () => Date.now(),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      chance: () => Math.random(),
      changed: (staged, unanswered) => this.#staged(staged, unanswered),
    });
    this.#unwatch = connection.watch(
      { channel: Channel.ORDERS, accountId },
      {
        snapshot: (parts, cursor) => {
          this.#isKnown = true;
          this.#heard = cursor;
          const doubtful = this.#orders.replace(parts.flatMap(({ orders }) => orders));
          for (const orderId of doubtful) void this.#readAgain(orderId);
          this.#requests.hearAll((orderId) => this.#orders.get(orderId));
          frame.show(this.#show);
        },
        update: ({ orders }, cursor) => {
          this.#heard = cursor;
          for (const order of orders) this.#tell(order, this.#orders.put(order));
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

  /** How often the stream has told all of them: `answered` is told how often it had when something was asked first. */
  get snapshots(): number {
    return this.#orders.snapshots;
  }

  /** Takes an order in that an answer told; the stream tells it too, earlier or later. Less than none: nobody knows when. */
  answered(order: Order, asked: number): void {
    const taken = this.#orders.answer(order, asked);
    if (taken === "doubtful") void this.#readAgain(order.orderId);
    else this.#tell(order, taken);
  }

  get(orderId: string): Order | undefined {
    return this.#orders.get(orderId);
  }

  async cancel(orderId: string): Promise<void> {
    const about = `cancel ${orderId}`;
    const asked = this.snapshots;
    const order = this.get(orderId);
    const what = order === undefined ? "your order" : `your order to ${nameOf(order)}`;
    const outcome = await this.#requests.ask({
      ...{ kind: "cancel", about, words: `the cancel of ${what}`, terms: "", orderIds: [orderId] },
      send: async (requestId) => {
        const request = { requestId, accountId: this.#accountId, orderId };
        const answer = await this.#clients.orders.cancelOrder(request, withPatience());
        if (answer.order !== undefined) this.answered(answer.order, asked);
        return (answer.order && cancelTold(answer.order)) ?? { kind: "done" };
      },
      told: (_, now) => cancelTold(now),
      refused: cancelRefused,
    });
    if (outcome.kind === "refused")
      this.#notifier.say("bad", `Not cancelled, ${what}: ${lowered(outcome.words)}`, about);
    else if (outcome.kind === "unknown") {
      this.#notifier.say("bad", `No answer came: it is not known whether ${what} is being cancelled.`, about);
    }
  }

  /** Every open order that matches; empty and 0 match all. */
  async cancelAll(instrumentId: string, side: Side): Promise<void> {
    const about = `cancel all ${instrumentId} ${side}`;
    const concerned = this.#orders.list().filter((order) => {
      return (
        (instrumentId === "" || order.instrumentId === instrumentId) &&
        (side === Side.UNSPECIFIED || order.side === side)
      );
    });
    const left = new Set(concerned.map(({ orderId }) => orderId));
    let count = left.size;
    const outcome = await this.#requests.ask({
      ...{ kind: "cancel", about, words: "the cancel of all that was open", terms: about, orderIds: [...left] },
      send: async (requestId) => {
        const request = { requestId, accountId: this.#accountId, instrumentId, side };
        const { orderIds } = await this.#clients.orders.cancelOrders(request, withPatience());
        count = orderIds.length;
        return { kind: "done" };
      },
      told: (orderId, now) => {
        const told = cancelTold(now);
        // What was filled meanwhile is not being cancelled.
        if (told !== undefined && left.delete(orderId) && told.kind !== "done") count -= 1;
        return left.size === 0 ? { kind: "done" } : undefined;
      },
      refused: cancelRefused,
    });
    if (outcome.kind === "done") {
      const words = count === 0 ? "Nothing was open." : `Cancelling ${count} ${count === 1 ? "order" : "orders"}.`;
      this.#notifier.say("good", words, about);
    } else if (outcome.kind === "refused") this.#notifier.say("bad", `Not cancelled: ${lowered(outcome.words)}`, about);
    else if (outcome.kind === "unknown") {
      this.#notifier.say("bad", "No answer came: it is not known whether your orders are being cancelled.", about);
    }
  }

  /** New total and price of an order of that version; empty stays. Resolves when the platform has taken it, or it is known that or why it has not. */
  async replace(order: Order, quantity: string, limitPrice: string): Promise<RequestOutcome> {
    const { orderId, version } = order;
    const asked = this.snapshots;
    const about = `change ${orderId}`;
    const words = `the change of your order to ${nameOf(order)}`;
    const outcome = await this.#requests.ask({
      ...{ kind: "change", about, words, terms: `${quantity} at ${limitPrice}`, orderIds: [orderId] },
      send: async (requestId) => {
        const named = { requestId, accountId: this.#accountId, orderId, expectedVersion: version };
        const answer = await this.#clients.orders.replaceOrder({ ...named, quantity, limitPrice }, withPatience());
        if (answer.order === undefined) return { kind: "done" };
        this.answered(answer.order, asked);
        return changeAnswered(answer.order, quantity, limitPrice);
      },
      told: (_, now) => changeTold(now, quantity, limitPrice),
      refused: changeRefused,
    });
    const problem = problemOf(outcome);
    // Nobody looks at the row that it would be said in.
    if (this.#notifier.isAway() && problem !== "") {
      this.#notifier.say("bad", `Not changed, your order to ${nameOf(order)}: ${lowered(problem)}`, about);
    }
    return outcome;
  }

  /** What was asked for and is not settled, in words. */
  get unsettled(): readonly string[] {
    return this.#requests.unsettled;
  }

  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#requests.close();
  }

  #tell(order: Order, taken: Taken): void {
    if (taken === false) return;
    this.#requests.hear(order);
    for (const listener of this.#listeners) listener(order, taken.before);
    this.#frame.show(this.#show);
  }

  /** Asks how an order stands where the stream stands, or behind that, until it is known. */
  async #readAgain(orderId: string): Promise<void> {
    if (this.#reading.has(orderId)) return;
    this.#reading.add(orderId);
    for (let failures = 0; !this.#isClosed && !this.#orders.isTold(orderId); ) {
      const asked = this.snapshots;
      try {
        const request = { accountId: this.#accountId, orderId, notBefore: this.#heard };
        const { order } = await this.#clients.orders.getOrder(request, withPatience());
        if (this.#isClosed || order === undefined) break;
        const taken = this.#orders.answer(order, asked);
        if (taken !== "doubtful") this.#tell(order, taken);
        // As of before a snapshot that came meanwhile, it says too little.
        if (asked === this.snapshots) break;
      } catch {
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, retryDelay(failures, Math.random())));
      }
    }
    this.#reading.delete(orderId);
  }

  #staged(staged: ReadonlyMap<string, StagedRequest>, unanswered: ReadonlySet<string>): void {
    this.staged = staged;
    // What was said of them is not true any more.
    for (const about of this.#unanswered) if (!unanswered.has(about)) this.#notifier.dismiss(about);
    this.#unanswered = unanswered;
    this.#moved();
  }

  readonly #show = (): void => {
    if (!this.#isKnown) return;
    this.open = this.#orders.list();
    this.cursor = this.#heard;
  };
}

/** `buy 0.5 BTC-USD` */
function nameOf({ side, quantity, instrumentId }: Order): string {
  return `${side === Side.BUY ? "buy" : "sell"} ${format(quantity)} ${instrumentId}`;
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
