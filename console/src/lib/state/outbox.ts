import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type NewOrder, NewOrderSchema, type Order, OrderStatus, RefusedBy } from "@atlas/gen/atlas/order/v1/order_pb";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { isUnknownOutcome, refusalOf, wordsOf, wordsOfError } from "../rpc/refusal.ts";
import { retryDelay } from "../stream/retry-delay.ts";

/** An order that was sent and is not answered. */
export interface SentOrder {
  readonly requestId: string;
  readonly accountId: string;
  readonly terms: NewOrder;
  /** Milliseconds since the epoch by the browser's clock, which may be wrong by any amount: for its age alone. */
  readonly sentAt: number;
  /** The same by the server's clock; absent: it had told nothing yet. */
  readonly since?: number;
  /** An attempt ended without an answer: it may stand at the platform. */
  readonly isUnknown: boolean;
  /** It is too old to be sent again: the platform is asked whether it has it. */
  readonly isLookedFor?: boolean;
}

export type Outcome =
  | { readonly kind: "accepted"; readonly order: Order; readonly milliseconds: number }
  | { readonly kind: "refused"; readonly words: string; readonly refusal: Refusal | undefined }
  /** It was not answered in time, and the platform knows nothing of it. */
  | { readonly kind: "lost"; readonly words: string };

/** An order of a page before this one, and what becomes of it. */
export interface Resumed {
  readonly terms: NewOrder;
  readonly outcome: Promise<Outcome>;
}

/** What a look among the account's orders came to. */
export interface Search {
  readonly order: Order | undefined;
  /** The server's clock when it answered, milliseconds since the epoch; `undefined`: it did not say. */
  readonly serverTime: number | undefined;
}

/** What the outbox needs of the world. */
export interface OutboxWorld {
  submit(requestId: string, accountId: string, terms: NewOrder): Promise<Order>;
  /** Looks for the order among all that the platform had decided when it was asked. */
  find(sent: SentOrder): Promise<Search>;
  wallTime(): number;
  /** The server's clock, milliseconds since the epoch; `undefined`: it has told nothing yet. */
  serverTime(): number | undefined;
  wait(milliseconds: number): Promise<void>;
  chance(): number;
  keep(text: string): void;
  kept(): string | null;
  changed(orders: readonly SentOrder[]): void;
}

/** Looks for one order, by the server's clock. */
interface Looks {
  /** After this nothing can come of it. */
  endsAt?: number;
  /** What the last look told. */
  lastTold?: number;
}

/** Sent again by itself only this long: a price of then is not what somebody wants later. */
const RESEND = 30_000;
/**
 * So long after an order has come to the platform it may still be decided, by the platform's clocks: it is worth logging for
 * thirty seconds at most, and these clocks differ a little.
 */
const DECIDED_WITHIN = 35_000;

/**
 * Orders on their way. Each is kept, with its request id, before it is sent; without an answer it is sent again under the
 * same id, after a reload too, and is one order however often that happens. When it has become old, the platform is asked
 * whether it has it instead, until by the platform's own clock nothing can come of it any more.
 */
export class Outbox {
  readonly #world: OutboxWorld;
  #orders: readonly SentOrder[];
  #isClosed = false;

  constructor(world: OutboxWorld) {
    this.#world = world;
    this.#orders = readOrders(world.kept());
  }

  get orders(): readonly SentOrder[] {
    return this.#orders;
  }

  send(requestId: string, accountId: string, terms: NewOrder): Promise<Outcome> {
    const sentAt = this.#world.wallTime();
    const since = this.#world.serverTime();
    const sent = { requestId, accountId, terms, sentAt, isUnknown: false, ...(since === undefined ? {} : { since }) };
    try {
      this.#put([...this.#orders, sent]);
    } catch {
      const words =
        "This browser keeps nothing for this page, so nothing was sent: after a reload it might be sent twice.";
      return Promise.resolve({ kind: "refused", words, refusal: undefined });
    }
    return this.#deliver(sent);
  }

  /** Goes on with what a page before this one left unanswered. */
  resume(): readonly Resumed[] {
    this.#put(this.#orders.map((order) => ({ ...order, isUnknown: true })));
    return this.#orders.map((order) => ({ terms: order.terms, outcome: this.#deliver(order) }));
  }

  /**
   * Sends nothing more: somebody else may have signed in. What is unanswered stays kept as it is, for the outbox that goes on with
   * it; who waits for it here waits in vain.
   */
  close(): void {
    this.#isClosed = true;
  }

  async #deliver(sent: SentOrder): Promise<Outcome> {
    let isUnknown = sent.isUnknown;
    let looks: Looks | undefined;
    for (let failures = 0; ; ) {
      // Never sent again once it is looked for: no attempt may follow the look that the others are dated by.
      if (this.#isOld(sent)) looks ??= {};
      const outcome = await this.#try(sent, isUnknown, looks);
      // Whoever goes on with it tells what became of it.
      if (this.#isClosed) return new Promise(() => {});
      if (outcome !== undefined) {
        this.#put(this.#orders.filter(({ requestId }) => requestId !== sent.requestId));
        return outcome;
      }
      isUnknown = true;
      failures += 1;
      const told = { isUnknown, isLookedFor: looks !== undefined };
      this.#put(this.#orders.map((order) => (order.requestId === sent.requestId ? { ...order, ...told } : order)));
      await this.#world.wait(retryDelay(failures, this.#world.chance()));
      if (this.#isClosed) return new Promise(() => {});
    }
  }

  /** `undefined`: what becomes of it is not known yet. */
  async #try(sent: SentOrder, isUnknown: boolean, looks: Looks | undefined): Promise<Outcome | undefined> {
    try {
      return await (looks === undefined ? this.#attempt(sent) : this.#search(sent, looks));
    } catch (error) {
      if (isUnknown ? !isDecided(error) : leavesUnknown(error)) return undefined;
      return { kind: "refused", words: wordsOfError(error), refusal: refusalOf(error) };
    }
  }

  /** A clock that was set back since says nothing of how old it is: it is looked for, which is right at any age. */
  #isOld({ sentAt }: SentOrder): boolean {
    const age = this.#world.wallTime() - sentAt;
    return age < 0 || age > RESEND;
  }

  async #attempt({ requestId, accountId, terms }: SentOrder): Promise<Outcome> {
    const began = this.#world.wallTime();
    const order = await this.#world.submit(requestId, accountId, terms);
    return { kind: "accepted", order, milliseconds: Math.max(0, this.#world.wallTime() - began) };
  }

  /**
   * Every attempt had been made when the first look was answered. Who is not found by a look that began after the time for all
   * of them was over never will be; `undefined`: that time is not over, or the server does not say what time it is.
   */
  async #search(sent: SentOrder, looks: Looks): Promise<Outcome | undefined> {
    const { endsAt, lastTold } = looks;
    const { order, serverTime } = await this.#world.find(sent);
    if (order !== undefined) return outcomeOf(order, Math.max(0, this.#world.wallTime() - sent.sentAt));
    if (endsAt !== undefined && lastTold !== undefined && lastTold >= endsAt) {
      return { kind: "lost", words: "No answer came, and the platform has no such order: it was not placed." };
    }
    if (serverTime !== undefined) {
      looks.endsAt ??= serverTime + DECIDED_WITHIN;
      looks.lastTold = serverTime;
    }
    return undefined;
  }

  #put(orders: readonly SentOrder[]): void {
    if (this.#isClosed) return;
    this.#world.keep(JSON.stringify(orders.map((order) => ({ ...order, terms: toJson(NewOrderSchema, order.terms) }))));
    this.#orders = orders;
    this.#world.changed(orders);
  }
}

/** Of an order that was found: what the platform refused is kept as an order too. */
function outcomeOf(order: Order, milliseconds: number): Outcome {
  const { refusal } = order;
  const isDenied = order.status === OrderStatus.REJECTED && order.refusedBy === RefusedBy.PLATFORM;
  if (!isDenied || refusal === undefined) return { kind: "accepted", order, milliseconds };
  return { kind: "refused", words: wordsOf(refusal), refusal };
}

/** On its first attempt: it may have happened at the platform all the same. */
export function leavesUnknown(error: unknown): boolean {
  const reason = refusalOf(error)?.reason;
  return reason === undefined ? isUnknownOutcome(error) : reason === Reason.OUTCOME_UNKNOWN;
}

/**
 * The platform decided this request id and kept the order as refused. Whatever else is refused after a lost answer, such as
 * a token that has expired or a rate, is of that attempt alone: the order may stand from the one before.
 */
function isDecided(error: unknown): boolean {
  return (refusalOf(error)?.orderId ?? "") !== "";
}

function readOrders(kept: string | null): readonly SentOrder[] {
  if (kept === null) return [];
  try {
    const orders = JSON.parse(kept) as readonly (Omit<SentOrder, "terms"> & { readonly terms: JsonValue })[];
    return orders.map((order) => ({ ...order, terms: fromJson(NewOrderSchema, order.terms) }));
  } catch {
    // Not written by this version of the console: there is nothing that could be sent again.
    return [];
  }
}
