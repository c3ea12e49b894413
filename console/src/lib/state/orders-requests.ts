import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { refusalOf } from "../rpc/refusal.ts";
import { retryDelay } from "../stream/retry-delay.ts";
import { leavesUnknown } from "./outbox.ts";

/** What somebody wants done to orders that work. */
export interface OrderRequest {
  readonly kind: "cancel" | "change";
  /** What it concerns: about the same there is one at a time. */
  readonly about: string;
  /** What it is, for a person: `the cancel of buy 0.5 BTC-USD`. */
  readonly words: string;
  /** Every term of it: asked for again in the same terms, it is the same intention until its outcome is known. */
  readonly terms: string;
  /** The orders concerned, as far as they are known. */
  readonly orderIds: readonly string[];
  /** What the answer comes to. Throws what the platform answered instead. */
  send(requestId: string): Promise<RequestOutcome>;
  /** What became of it, by an order as the stream tells it, `undefined`: it is open no more. `undefined`: nothing yet. */
  told(orderId: string, order: Order | undefined): RequestOutcome | undefined;
  /** What an answer that decides it means. */
  refused(error: unknown): RequestOutcome;
}

export type RequestOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly words: string }
  /** Nobody answered for so long that it is not asked any more; whoever asks the same again asks under the same id. */
  | { readonly kind: "unknown" }
  /** The same is on its way already, and who asked first is told. */
  | { readonly kind: "joined" }
  /** Something else about the same is on its way. */
  | { readonly kind: "busy" };

/** On its way, asked again because no answer came, or not asked any more though none came. */
export type RequestStage = "sent" | "again" | "unanswered";

export interface StagedRequest {
  readonly kind: OrderRequest["kind"];
  readonly stage: RequestStage;
}

/** What requests need of the world. */
export interface RequestWorld {
  newRequestId(): string;
  wallTime(): number;
  wait(milliseconds: number): Promise<void>;
  chance(): number;
  /** Where the requests stand, by order, and which ones nobody answered. */
  changed(staged: ReadonlyMap<string, StagedRequest>, unanswered: ReadonlySet<string>): void;
}

/** Asked again by itself only this long: what was wanted then may not be wanted later. */
const ASKED_AGAIN = 30_000;

interface Pending {
  readonly request: OrderRequest;
  readonly requestId: string;
  stage: RequestStage;
  readonly settle: (outcome: RequestOutcome) => void;
}

/**
 * What was asked of working orders and is not settled. Each intention has one request id, which stays while its outcome is
 * unknown: asked again by itself or by the person, it happens once. The stream may tell the outcome before any answer does.
 */
export class OrderRequests {
  readonly #world: RequestWorld;
  readonly #pending = new Map<string, Pending>();

  constructor(world: RequestWorld) {
    this.#world = world;
  }

  ask(request: OrderRequest): Promise<RequestOutcome> {
    const held = this.#pending.get(request.about);
    if (held === undefined) return this.#begin(request, this.#world.newRequestId(), "sent");
    if (isSame(held.request, request)) {
      if (held.stage !== "unanswered") return Promise.resolve({ kind: "joined" });
      return this.#begin(held.request, held.requestId, "again");
    }
    // A cancel is never kept waiting: one that concerns more than the one before takes its place.
    if (held.stage !== "unanswered" && request.kind !== "cancel") return Promise.resolve({ kind: "busy" });
    held.settle({ kind: "joined" });
    return this.#begin(request, this.#world.newRequestId(), "sent");
  }

  /** An order as the stream or an answer tells it. */
  hear(order: Order): void {
    this.#hear(order.orderId, order);
  }

  /** Every open order there is: what is not among them has ended. */
  hearAll(get: (orderId: string) => Order | undefined): void {
    const concerned = [...this.#pending.values()].flatMap(({ request }) => request.orderIds);
    for (const orderId of new Set(concerned)) this.#hear(orderId, get(orderId));
  }

  /** What is not settled, in words. */
  get unsettled(): readonly string[] {
    return [...this.#pending.values()].map(({ request }) => request.words);
  }

  /** Asks nothing more; who waits for an outcome here waits in vain. */
  close(): void {
    this.#pending.clear();
  }

  #hear(orderId: string, order: Order | undefined): void {
    for (const pending of this.#pending.values()) {
      if (!pending.request.orderIds.includes(orderId)) continue;
      const outcome = pending.request.told(orderId, order);
      if (outcome !== undefined) this.#settle(pending, outcome);
    }
  }

  #begin(request: OrderRequest, requestId: string, stage: RequestStage): Promise<RequestOutcome> {
    const { promise, resolve } = Promise.withResolvers<RequestOutcome>();
    const pending = { request, requestId, stage, settle: resolve };
    this.#pending.set(request.about, pending);
    this.#show();
    void this.#deliver(pending);
    return promise;
  }

  async #deliver(pending: Pending): Promise<void> {
    const { request, requestId } = pending;
    const began = this.#world.wallTime();
    for (let failures = 0; ; ) {
      try {
        const outcome = await request.send(requestId);
        return this.#settle(pending, outcome);
      } catch (error) {
        const isUnknown = pending.stage !== "sent";
        if (isUnknown ? isDecided(error) : !leavesUnknown(error)) {
          return this.#settle(pending, request.refused(error));
        }
      }
      failures += 1;
      this.#stage(pending, "again");
      await this.#world.wait(retryDelay(failures, this.#world.chance()));
      if (!this.#isCurrent(pending)) return;
      const age = this.#world.wallTime() - began;
      // Less than nothing: the clock was set, and says nothing of how long it has been.
      if (age < 0 || age > ASKED_AGAIN) {
        this.#stage(pending, "unanswered");
        return pending.settle({ kind: "unknown" });
      }
    }
  }

  #isCurrent(pending: Pending): boolean {
    return this.#pending.get(pending.request.about) === pending;
  }

  #stage(pending: Pending, stage: RequestStage): void {
    pending.stage = stage;
    if (this.#isCurrent(pending)) this.#show();
  }

  #settle(pending: Pending, outcome: RequestOutcome): void {
    if (!this.#isCurrent(pending)) return;
    this.#pending.delete(pending.request.about);
    this.#show();
    pending.settle(outcome);
  }

  #show(): void {
    const staged = new Map<string, StagedRequest>();
    const unanswered = new Set<string>();
    for (const { request, stage } of this.#pending.values()) {
      for (const orderId of request.orderIds) {
        // Of a change and a cancel of one order the cancel is what counts.
        if (staged.get(orderId)?.kind !== "cancel") staged.set(orderId, { kind: request.kind, stage });
      }
      if (stage === "unanswered") unanswered.add(request.about);
    }
    this.#world.changed(staged, unanswered);
  }
}

/** The same intention: what has ended meanwhile makes it no other one, what was placed since does. */
function isSame(held: OrderRequest, request: OrderRequest): boolean {
  return held.terms === request.terms && request.orderIds.every((orderId) => held.orderIds.includes(orderId));
}

const DECIDING: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.FailedPrecondition,
  Code.Aborted,
]);

/**
 * The platform decided this request. Whatever else is refused after a lost answer, such as a token that has expired or a rate,
 * is of that attempt alone: the one before may have been heard.
 */
function isDecided(error: unknown): boolean {
  return refusalOf(error) !== undefined && DECIDING.has(ConnectError.from(error).code);
}
