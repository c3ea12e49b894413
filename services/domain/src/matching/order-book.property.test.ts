import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUY, NONE, type RemainderCode, SELL, type SelfTradeCode, type SideCode } from "./book-code.ts";
import { TRADED } from "./book-events.ts";
import { NaiveBook, type NaiveEvent, type NaiveMode, type NaiveTerms } from "./naive-book.ts";
import { OrderBook } from "./order-book.ts";

const MODES: readonly NaiveMode[] = ["cancel newest", "cancel oldest", "cancel both", "decrement", "allow"];
const REMAINDERS: readonly NaiveTerms["remainder"][] = ["rest", "drop", "all or nothing"];
const EVENTS: readonly NaiveEvent["what"][] = [
  "trade",
  "maker gone",
  "maker lowered",
  "taker lowered",
  "taker gone",
  "taker dropped",
  "rests",
];

type Step =
  | { do: "place"; side: SideCode; price: number; quantity: number; remainder: number; mode: number; owner: number }
  | { do: "cancel"; pick: number }
  | { do: "amend"; pick: number; quantity: number; price: number; mode: number };

/** Runs both books side by side and compares them after every step. */
class Twins {
  readonly book: OrderBook;
  readonly naive = new NaiveBook();
  readonly handles = new Map<number, number>();
  readonly ids = new Map<number, number>();
  readonly accounts = new Map<number, { quantity: number; filled: number; canceled: number; open: number }>();
  readonly ladder = new Map<string, string>();
  private lastId = 0;

  constructor(book = new OrderBook()) {
    this.book = book;
  }

  run(step: Step): void {
    if (step.do === "place") this.place(step);
    else if (this.naive.orders.length > 0) {
      const order = this.naive.orders[step.pick % this.naive.orders.length] as { id: number };
      if (step.do === "cancel") this.cancel(order.id);
      else this.amend(order.id, step);
    }
  }

  private place(step: Extract<Step, { do: "place" }>): void {
    const id = ++this.lastId;
    const { side, price, quantity, owner } = step;
    const taker = { id, owner, buy: side === BUY, price, open: quantity, filled: 0, lowered: 0 };
    const crosses = this.naive.opponents(taker).length > 0;
    expect(this.book.wouldTake(side, price)).toBe(crosses);
    this.accounts.set(id, { quantity, filled: 0, canceled: 0, open: quantity });
    const remainder = REMAINDERS[step.remainder] as NaiveTerms["remainder"];
    const mode = MODES[step.mode] as NaiveMode;
    const expected = this.naive.place(taker, { remainder, mode });
    const selfTrade = step.mode as SelfTradeCode;
    const handle = this.book.place(side, price, quantity, step.remainder as RemainderCode, selfTrade, owner);
    this.settle(id, handle, expected, { owner, limit: price, side, mode });
  }

  private cancel(id: number): void {
    const handle = this.handles.get(id) as number;
    const open = (this.naive.orders.find((order) => order.id === id) as { open: number }).open;
    expect(this.book.cancel(handle)).toBe(open);
    this.naive.cancel(id);
    this.close(id, open);
    this.forget(id);
  }

  private amend(id: number, step: Extract<Step, { do: "amend" }>): void {
    const handle = this.handles.get(id) as number;
    const order = this.naive.orders.find((candidate) => candidate.id === id);
    const before = { ...(order as NonNullable<typeof order>) };
    const mode = MODES[step.mode] as NaiveMode;
    const expected = this.naive.amend(id, step.quantity, step.price, mode);
    const open = step.quantity - before.filled - before.lowered;
    const account = this.accounts.get(id) as { quantity: number; open: number };
    if (open <= 0) {
      this.book.cancel(handle);
      this.close(id, before.open);
      this.forget(id);
      return;
    }
    account.quantity = step.quantity;
    account.open = open;
    if (step.price === before.price && open < before.open) {
      this.book.lower(handle, open);
      return;
    }
    this.forget(id);
    const kept = this.book.requeue(handle, step.price, open, step.mode as SelfTradeCode);
    expect([NONE, handle]).toContain(kept);
    this.settle(id, kept, expected, { owner: before.owner, limit: step.price, side: before.buy ? BUY : SELL, mode });
  }

  /** Compares the events (I8, I12) and books them on what is known of each order (D7). */
  private settle(
    id: number,
    handle: number,
    expected: NaiveEvent[],
    taker: { owner: number; limit: number; side: SideCode; mode: NaiveMode },
  ): void {
    const { events } = this.book;
    const seen: NaiveEvent[] = [];
    for (let index = 0; index < events.count; index++) {
      const what = EVENTS[events.kind(index) - 1] as NaiveEvent["what"];
      const maker = this.ids.get(events.handle(index));
      const subject = what.startsWith("taker") || what === "rests" ? id : (maker as number);
      seen.push({ what, id: subject, price: events.price(index), quantity: events.quantity(index) });
      this.settleOne(subject, id, index, taker);
    }
    expect(seen).toEqual(expected);
    if (handle !== NONE) {
      this.handles.set(id, handle);
      this.ids.set(handle, id);
    }
  }

  private settleOne(
    subject: number,
    takerId: number,
    index: number,
    taker: { owner: number; limit: number; side: SideCode; mode: NaiveMode },
  ): void {
    const { events } = this.book;
    const quantity = events.quantity(index);
    const kind = events.kind(index);
    if (kind === TRADED) {
      const price = events.price(index);
      expect(taker.side === BUY ? price <= taker.limit : price >= taker.limit).toBe(true);
      for (const side of [subject, takerId]) {
        const account = this.accounts.get(side) as { filled: number; open: number };
        account.filled += quantity;
        account.open -= quantity;
      }
      expect(events.filled(index)).toBe(this.accounts.get(subject)?.filled);
    } else if (EVENTS[kind - 1] !== "rests") this.close(subject, quantity);
    expect(events.leaves(index)).toBe(this.accounts.get(subject)?.open);
    if (subject !== takerId && events.leaves(index) === 0) this.forget(subject);
  }

  private close(id: number, quantity: number): void {
    const account = this.accounts.get(id) as { canceled: number; open: number };
    account.canceled += quantity;
    account.open -= quantity;
  }

  private forget(id: number): void {
    this.ids.delete(this.handles.get(id) as number);
    this.handles.delete(id);
  }

  compare(): void {
    for (const account of this.accounts.values()) {
      expect(account.filled + account.open + account.canceled).toBe(account.quantity);
    }
    this.compareSide(BUY);
    this.compareSide(SELL);
    const bid = this.book.best(BUY);
    const ask = this.book.best(SELL);
    if (bid !== NONE && ask !== NONE) expect(bid).toBeLessThan(ask);
  }

  private compareSide(side: SideCode): void {
    const { book } = this;
    const expected = this.naive
      .opponents({ id: 0, owner: 0, buy: side !== BUY, price: side === BUY ? 0 : 1e15, open: 0, filled: 0, lowered: 0 })
      .map((order) => [order.id, order.price, order.open, order.filled, order.lowered, order.owner]);
    const seen: number[][] = [];
    const levels = new Map<number, string>();
    for (let rank = 0; rank < book.levelCount(side); rank++) {
      const level = book.levelAt(side, rank);
      let quantity = 0;
      let count = 0;
      for (let order = book.first(level); order !== NONE; order = book.after(order)) {
        const terms = [
          book.price(order),
          book.leaves(order),
          book.filled(order),
          book.lowered(order),
          book.owner(order),
        ];
        seen.push([this.ids.get(order) as number, ...terms]);
        expect(book.leaves(order)).toBeGreaterThan(0);
        quantity += book.leaves(order);
        count++;
      }
      expect([book.levelQuantity(level), book.levelOrders(level)]).toEqual([quantity, count]);
      expect(book.findLevel(side, book.levelPrice(level))).toBe(level);
      levels.set(book.levelPrice(level), `${quantity} of ${count}`);
    }
    expect(seen).toEqual(expected);
    this.compareTouched(side, levels);
  }

  /** What was told to have changed turns the last ladder into this one (I11). */
  private compareTouched(side: SideCode, levels: Map<number, string>): void {
    const touched: number[] = [];
    this.book.eachTouched(side, (price) => touched.push(price));
    for (const price of touched) {
      const level = levels.get(price);
      if (level === undefined) this.ladder.delete(`${side} ${price}`);
      else this.ladder.set(`${side} ${price}`, level);
    }
    const known = [...this.ladder]
      .filter(([key]) => key.startsWith(`${side} `))
      .map(([key, level]) => `${key}: ${level}`);
    expect(known.sort()).toEqual([...levels].map(([price, level]) => `${side} ${price}: ${level}`).sort());
    if (side === SELL) this.book.forgetTouched();
  }
}

type Place = Parameters<OrderBook["place"]>;

class LosesALot extends OrderBook {
  override place(...[side, price, quantity, ...rest]: Place): number {
    return super.place(side, price, quantity > 5 ? quantity - 1 : quantity, ...rest);
  }
}

class MeetsItself extends OrderBook {
  override place(...[side, price, quantity, remainder, , owner]: Place): number {
    return super.place(side, price, quantity, remainder, MODES.indexOf("allow") as SelfTradeCode, owner);
  }
}

class CancelsLess extends OrderBook {
  override cancel(handle: number): number {
    return super.cancel(handle) - 1;
  }
}

class TradesBeyond extends OrderBook {
  override place(...[side, price, ...rest]: Place): number {
    return super.place(side, side === BUY ? price + 1 : price, ...rest);
  }
}

function steps(price: fc.Arbitrary<number>, quantity: fc.Arbitrary<number>): fc.Arbitrary<Step[]> {
  const place = fc.record({
    do: fc.constant("place" as const),
    side: fc.constantFrom<SideCode>(BUY, SELL),
    price,
    quantity,
    remainder: fc.constantFrom(0, 0, 0, 0, 1, 2),
    mode: fc.integer({ min: 0, max: 4 }),
    owner: fc.integer({ min: 1, max: 4 }),
  });
  const cancel = fc.record({ do: fc.constant("cancel" as const), pick: fc.nat(1000) });
  const amend = fc.record({
    do: fc.constant("amend" as const),
    pick: fc.nat(1000),
    quantity,
    price,
    mode: fc.integer({ min: 0, max: 4 }),
  });
  const step = fc.oneof(
    { weight: 6, arbitrary: place },
    { weight: 1, arbitrary: cancel },
    { weight: 2, arbitrary: amend },
  );
  return fc.array(step, { minLength: 1, maxLength: 120, size: "max" });
}

describe("I8 I9 I12 D7: the book equals the naive book after every operation", () => {
  const check = (flow: fc.Arbitrary<Step[]>, numRuns: number, book = () => new OrderBook()) =>
    fc.assert(
      fc.property(flow, (sequence) => {
        const twins = new Twins(book());
        for (const step of sequence) {
          twins.run(step);
          twins.compare();
        }
      }),
      { numRuns },
    );

  test("few prices, small quantities: most orders meet", () => {
    check(steps(fc.integer({ min: 95, max: 105 }), fc.integer({ min: 1, max: 20 })), 60);
  });

  test.each<[string, new () => OrderBook]>([
    ["matches a lot too few", LosesALot],
    ["lets two of one owner meet", MeetsItself],
    ["cancels less than is open", CancelsLess],
    ["trades behind its limit", TradesBeyond],
  ])("D27: a book that %s is caught", (_, Faulty) => {
    const flow = steps(fc.integer({ min: 95, max: 105 }), fc.integer({ min: 1, max: 20 }));
    expect(() => check(flow, 60, () => new Faulty())).toThrow("Property failed");
  });

  test("many prices: deep ladders", () => {
    check(steps(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 20 })), 50);
  });

  test("prices and quantities beyond 2^31", () => {
    const price = fc.integer({ min: 0, max: 8 }).map((step) => 2 ** 40 + step);
    check(
      steps(
        price,
        fc.integer({ min: 1, max: 9 }).map((lots) => lots * 2 ** 33 + 1),
      ),
      50,
    );
  });

  test("thousands of orders on hundreds of levels: every array has grown", () => {
    const twins = new Twins();
    const random = fc.sample(steps(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 1, max: 9 })), {
      numRuns: 1,
      seed: 1,
    });
    const calm = Array.from({ length: 4000 }, (_, index): Step => {
      const side = index % 2 === 0 ? BUY : SELL;
      const price = side === BUY ? 1 + ((index * 7919) % 700) : 800 + ((index * 104_729) % 700);
      return { do: "place", side, price, quantity: 1 + (index % 9), remainder: 0, mode: 4, owner: index % 3 };
    });
    for (const step of calm) twins.run(step);
    twins.compare();
    for (const step of random[0] as Step[]) twins.run(step);
    twins.compare();
    twins.run({ do: "place", side: BUY, price: 1500, quantity: 12_000, remainder: 1, mode: 4, owner: 9 });
    twins.compare();
    expect(twins.book.events.count).toBeGreaterThan(1000);
  });
});
