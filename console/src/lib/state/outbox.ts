import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type NewOrder, NewOrderSchema, type Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { isUnknownOutcome, refusalOf, wordsOfError } from "../rpc/refusal.ts";
import { retryDelay } from "../stream/retry-delay.ts";

/** An order that was sent and is not answered. */
export interface SentOrder {
  readonly requestId: string;
  readonly accountId: string;
  readonly terms: NewOrder;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** An attempt ended without an answer: it may stand at the platform. */
  readonly isUnknown: boolean;
}

export type Outcome =
  | { readonly kind: "accepted"; readonly order: Order; readonly milliseconds: number }
  | { readonly kind: "refused"; readonly words: string; readonly refusal: Refusal | undefined }
  /** It was not answered in time, and the platform knows nothing of it. */
  | { readonly kind: "lost"; readonly words: string };

/** What the outbox needs of the world. */
export interface OutboxWorld {
  submit(requestId: string, accountId: string, terms: NewOrder): Promise<Order>;
  /** The account's order of a request id, looked for among those made since a time. */
  find(accountId: string, requestId: string, since: number): Promise<Order | undefined>;
  wallTime(): number;
  wait(milliseconds: number): Promise<void>;
  chance(): number;
  keep(text: string): void;
  kept(): string | null;
  changed(orders: readonly SentOrder[]): void;
}

/** Sent again by itself only this long: a price of then is not what somebody wants later. */
const RESEND = 30_000;

/**
 * Orders on their way. Each is kept, with its request id, before it is sent; without an answer it is sent again under the
 * same id, after a reload too, and is one order however often that happens. When it has become old, the platform is asked
 * whether it has it instead.
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
    const sent = { requestId, accountId, terms, sentAt: this.#world.wallTime(), isUnknown: false };
    this.#put([...this.#orders, sent]);
    return this.#deliver(sent);
  }

  /** Goes on with what a page before this one left unanswered. */
  resume(): readonly Promise<Outcome>[] {
    this.#put(this.#orders.map((order) => ({ ...order, isUnknown: true })));
    return this.#orders.map((order) => this.#deliver(order));
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
    for (let failures = 0; ; ) {
      try {
        const outcome = await this.#attempt(sent);
        this.#put(this.#orders.filter(({ requestId }) => requestId !== sent.requestId));
        return outcome;
      } catch (error) {
        if (isUnknown ? isDecided(error) : !leavesUnknown(error)) {
          this.#put(this.#orders.filter(({ requestId }) => requestId !== sent.requestId));
          return { kind: "refused", words: wordsOfError(error), refusal: refusalOf(error) };
        }
        isUnknown = true;
        failures += 1;
        this.#put(this.#orders.map((order) => (order.requestId === sent.requestId ? { ...order, isUnknown } : order)));
        await this.#world.wait(retryDelay(failures, this.#world.chance()));
        if (this.#isClosed) return new Promise(() => {});
      }
    }
  }

  async #attempt({ requestId, accountId, terms, sentAt }: SentOrder): Promise<Outcome> {
    const began = this.#world.wallTime();
    if (began - sentAt <= RESEND) {
      const order = await this.#world.submit(requestId, accountId, terms);
      return { kind: "accepted", order, milliseconds: this.#world.wallTime() - began };
    }
    const order = await this.#world.find(accountId, requestId, sentAt);
    if (order !== undefined) return { kind: "accepted", order, milliseconds: this.#world.wallTime() - sentAt };
    return { kind: "lost", words: "No answer came, and the platform has no such order: it was not placed." };
  }

  #put(orders: readonly SentOrder[]): void {
    if (this.#isClosed) return;
    this.#orders = orders;
    this.#world.keep(JSON.stringify(orders.map((order) => ({ ...order, terms: toJson(NewOrderSchema, order.terms) }))));
    this.#world.changed(orders);
  }
}

/** On its first attempt: the order may stand at the platform all the same. */
function leavesUnknown(error: unknown): boolean {
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
