import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { advanceOrder, orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { isFinal } from "@atlas/platform/wire/order/final-status";

/** An order as clients see it, and where it stands in its account's list. */
export interface OrderView {
  /** Replaced, never changed: who holds one keeps what it showed. */
  order: Order;
  readonly acceptedSequence: number;
  readonly contentDigest: Uint8Array;
}

/**
 * Orders as clients see them: the open ones, and those that ended but are not in the query store yet (S17). Outside of what
 * decisions read.
 */
export class OrderViews {
  readonly #views = new Map<string, OrderView>();
  /** By account, in the order of acceptance: lists are cut at a page's end (S22). */
  readonly #accounts = new Map<string, Map<string, OrderView>>();

  get(orderId: string): OrderView | undefined {
    return this.#views.get(orderId);
  }

  /** Of an account, oldest first. */
  ofAccount(accountId: string): OrderView[] {
    return [...(this.#accounts.get(accountId)?.values() ?? [])];
  }

  /** Puts one in place, of an image or of the store, behind those that are there: `sort` follows. */
  set(view: OrderView): void {
    const { orderId, accountId } = view.order;
    this.#views.set(orderId, view);
    let ofAccount = this.#accounts.get(accountId);
    if (ofAccount === undefined) {
      ofAccount = new Map();
      this.#accounts.set(accountId, ofAccount);
    }
    ofAccount.set(orderId, view);
  }

  /** Brings what was put in place of an account into the order of acceptance. */
  sort(accountIds: Iterable<string>): void {
    for (const accountId of accountIds) {
      const views = this.ofAccount(accountId);
      if (views.length < 2) continue;
      views.sort((left, right) => left.acceptedSequence - right.acceptedSequence);
      this.#accounts.set(accountId, new Map(views.map((view) => [view.order.orderId, view])));
    }
  }

  /** Applies an event; the view of its order afterwards, `undefined` if it has none here. */
  apply(event: OrderEvent): OrderView | undefined {
    if (event.orderId === "") return undefined;
    const made = orderMadeBy(event);
    if (made !== undefined) {
      const view = { order: made, acceptedSequence: Number(event.sequence), contentDigest: event.contentDigest };
      this.set(view);
      return view;
    }
    const view = this.#views.get(event.orderId);
    if (view !== undefined) view.order = advanceOrder(view.order, event);
    return view;
  }

  /** Forgets an order that has ended and stands in the store as `stored` shows it. */
  drop(stored: Order): void {
    const view = this.#views.get(stored.orderId);
    if (view === undefined || view.order !== stored || !isFinal(stored.status)) return;
    this.#views.delete(stored.orderId);
    const ofAccount = this.#accounts.get(stored.accountId);
    ofAccount?.delete(stored.orderId);
    if (ofAccount?.size === 0) this.#accounts.delete(stored.accountId);
  }
}
