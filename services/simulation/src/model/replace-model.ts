import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { AskedReplacement, ClientRequest } from "./client-model.ts";
import { e8 } from "./e8.ts";
import type { OrderModel } from "./order-model.ts";
import type { Violations } from "./violations.ts";

interface Terms {
  readonly quantity: bigint;
  readonly limit: bigint;
}

/** A replace as it went out: the order's terms before it, and those that it asks for. */
interface Requested {
  readonly eventId: string;
  readonly orderId: string;
  readonly before: Terms;
  readonly asks: Terms;
}

/**
 * Replaces: what goes out is what was asked for, and who was told so finds it on the log (I6, I7). One that is repeated when its
 * shard has forgotten its id may go out once more, bound to the version that stands then (S18).
 */
export class ReplaceModel {
  readonly #byRequest = new Map<string, Requested[]>();
  readonly #orders: OrderModel;
  readonly #violations: Violations;

  constructor(violations: Violations, orders: OrderModel) {
    this.#violations = violations;
    this.#orders = orders;
  }

  /** Before the event has moved the order. */
  take({ accountId, requestId, orderId, eventId, event }: OrderEvent): void {
    if (event.case !== "replaceRequested") return;
    const { quantity, limit } = this.#orders.orders.get(orderId) ?? { quantity: -1n, limit: -1n };
    const asks = { quantity: e8(event.value.quantity), limit: e8(event.value.limitPrice) };
    const requested = this.#byRequest.get(`${accountId}\n${requestId}`) ?? [];
    this.#byRequest.set(`${accountId}\n${requestId}`, requested);
    requested.push({ eventId, orderId, before: { quantity, limit }, asks });
  }

  /** At the end, when everything is decided. */
  end(requests: readonly ClientRequest[]): void {
    const asked = new Set<string>();
    for (const { accountId, requestId, replacement, answers } of requests) {
      if (replacement === undefined) continue;
      const key = `${accountId}\n${requestId}`;
      asked.add(key);
      const requested = this.#byRequest.get(key) ?? [];
      const name = `replace ${requestId} of ${accountId}`;
      const isTold = answers.some(({ kind }) => kind === "ORDER");
      const lost = () => `${name} was told as on its way, and is not on the log`;
      this.#violations.check("I7", !isTold || requested.length > 0, lost);
      const nothing = answers.length > 0 && answers.every(({ kind }) => kind === "NOTHING" || kind === "REFUSED");
      this.#violations.check(
        "I7",
        !nothing || requested.length === 0,
        () => `${name} was told that nothing was done, and went out`,
      );
      for (const one of requested) this.#compare(name, one, replacement);
    }
    for (const [key, [first]] of this.#byRequest) {
      this.#violations.check("I6", asked.has(key), () => `${first?.eventId} replaces what nobody asked for`);
    }
  }

  #compare(name: string, { eventId, orderId, before, asks }: Requested, asked: AskedReplacement): void {
    const quantity = asked.quantity === "" ? before.quantity : e8(asked.quantity);
    const limit = asked.limitPrice === "" ? before.limit : e8(asked.limitPrice);
    const isSame = orderId === asked.orderId && asks.quantity === quantity && asks.limit === limit;
    const text = () =>
      `${name}: ${eventId} asks for ${asks.quantity} at ${asks.limit}, its client for ${quantity} at ${limit}`;
    this.#violations.check("I6", isSame, text);
  }
}
