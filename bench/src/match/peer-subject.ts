import { OrderBook, Side } from "nodejs-order-book";
import { CANCEL, type Flow, TAKE } from "./flow.ts";
import type { Subject } from "./subject.ts";

// The package types these as an enum that it does not export.
type TimeInForce = NonNullable<Parameters<OrderBook["limit"]>[0]["timeInForce"]>;
const GTC = "GTC" as TimeInForce;
const IOC = "IOC" as TimeInForce;

/** `nodejs-order-book` from npm, called as its README says. */
export class PeerSubject implements Subject {
  private readonly book = new OrderBook();

  apply(flow: Flow, ids: readonly string[], index: number): number {
    const id = ids[index] as string;
    const kind = flow.kinds[index] as number;
    if (kind === CANCEL) {
      this.book.cancel(id);
      return 0;
    }
    const size = flow.quantities[index] as number;
    const answer = this.book.limit({
      id,
      side: flow.sides[index] === 0 ? Side.BUY : Side.SELL,
      size,
      price: flow.prices[index] as number,
      timeInForce: kind === TAKE ? IOC : GTC,
    });
    return size - answer.quantityLeft;
  }

  resting(): number {
    const { asks, bids } = this.book.snapshot();
    return [...asks, ...bids].reduce((sum, level) => sum + level.orders.length, 0);
  }
}
