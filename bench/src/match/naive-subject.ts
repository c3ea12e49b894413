import { NaiveBook } from "@atlas/domain/matching/naive-book";
import { CANCEL, type Flow, TAKE } from "./flow.ts";
import type { Subject } from "./subject.ts";

/** The oracle of the tests: one list of orders, searched and sorted for every operation. */
export class NaiveSubject implements Subject {
  private readonly book = new NaiveBook();
  private readonly numbers = new Map<string, number>();

  apply(flow: Flow, ids: readonly string[], index: number): number {
    const id = ids[index] as string;
    const kind = flow.kinds[index] as number;
    if (kind === CANCEL) {
      this.book.cancel(this.numbers.get(id) as number);
      return 0;
    }
    this.numbers.set(id, index);
    const order = {
      id: index,
      owner: 0,
      buy: flow.sides[index] === 0,
      price: flow.prices[index] as number,
      open: flow.quantities[index] as number,
      filled: 0,
      lowered: 0,
    };
    this.book.place(order, { remainder: kind === TAKE ? "drop" : "rest", mode: "allow" });
    return order.filled;
  }

  resting(): number {
    return this.book.orders.length;
  }
}
