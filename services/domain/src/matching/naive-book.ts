/**
 * The oracle: the rules of matching in the plainest words, slow, with types of its own. Nothing here comes from the
 * book that it checks.
 */
export interface NaiveOrder {
  readonly id: number;
  readonly owner: number;
  readonly buy: boolean;
  price: number;
  open: number;
  filled: number;
  lowered: number;
}

export type NaiveMode = "cancel newest" | "cancel oldest" | "cancel both" | "decrement" | "allow";

export interface NaiveTerms {
  readonly remainder: "rest" | "drop" | "all or nothing";
  readonly mode: NaiveMode;
}

export interface NaiveEvent {
  readonly what: "trade" | "maker gone" | "maker lowered" | "taker lowered" | "taker gone" | "taker dropped" | "rests";
  readonly id: number;
  readonly price: number;
  readonly quantity: number;
}

export class NaiveBook {
  /** At rest, in the order in which they queued. */
  orders: NaiveOrder[] = [];

  place(taker: NaiveOrder, terms: NaiveTerms): NaiveEvent[] {
    if (terms.remainder === "all or nothing" && !this.fillsWhole(taker, terms.mode)) {
      return [{ what: "taker dropped", id: taker.id, price: 0, quantity: taker.open }];
    }
    const events = this.match(taker, terms.mode);
    if (taker.open === 0) return events;
    if (terms.remainder !== "rest") {
      return [...events, { what: "taker dropped", id: taker.id, price: 0, quantity: taker.open }];
    }
    this.orders.push(taker);
    return [...events, { what: "rests", id: taker.id, price: taker.price, quantity: taker.open }];
  }

  cancel(id: number): void {
    this.orders = this.orders.filter((order) => order.id !== id);
  }

  /** Another total (filled and lowered included) or price; the same price with less keeps the place. */
  amend(id: number, total: number, price: number, mode: NaiveMode): NaiveEvent[] {
    const order = this.orders.find((candidate) => candidate.id === id) as NaiveOrder;
    const open = total - order.filled - order.lowered;
    if (open > 0 && price === order.price && open < order.open) {
      order.open = open;
      return [];
    }
    this.cancel(id);
    if (open <= 0) return [];
    order.open = open;
    order.price = price;
    return this.place(order, { remainder: "rest", mode });
  }

  /** Those whom the order meets: best price first, then first come. */
  opponents(taker: NaiveOrder): NaiveOrder[] {
    const direction = taker.buy ? 1 : -1;
    return this.orders
      .filter((order) => order.buy !== taker.buy && (taker.price - order.price) * direction >= 0)
      .sort((left, right) => (left.price - right.price) * direction);
  }

  private fillsWhole(taker: NaiveOrder, mode: NaiveMode): boolean {
    const copy = new NaiveBook();
    copy.orders = this.orders.map((order) => ({ ...order }));
    const trial = { ...taker };
    copy.match(trial, mode);
    return trial.filled - taker.filled === taker.open;
  }

  private match(taker: NaiveOrder, mode: NaiveMode): NaiveEvent[] {
    const events: NaiveEvent[] = [];
    for (const maker of this.opponents(taker)) {
      if (taker.open === 0) break;
      const both = Math.min(maker.open, taker.open);
      if (maker.owner !== taker.owner || mode === "allow") {
        maker.filled += both;
        taker.filled += both;
        events.push({ what: "trade", id: maker.id, price: maker.price, quantity: both });
      } else if (mode === "decrement") {
        maker.lowered += both;
        taker.lowered += both;
        const gone = both === maker.open;
        events.push({ what: gone ? "maker gone" : "maker lowered", id: maker.id, price: maker.price, quantity: both });
        const done = both === taker.open;
        events.push({ what: done ? "taker gone" : "taker lowered", id: taker.id, price: maker.price, quantity: both });
      } else {
        if (mode !== "cancel newest") {
          events.push({ what: "maker gone", id: maker.id, price: maker.price, quantity: maker.open });
          maker.open = 0;
        }
        if (mode !== "cancel oldest") {
          events.push({ what: "taker gone", id: taker.id, price: 0, quantity: taker.open });
          taker.open = 0;
        }
        continue;
      }
      maker.open -= both;
      taker.open -= both;
    }
    this.orders = this.orders.filter((order) => order.open > 0);
    return events;
  }
}
