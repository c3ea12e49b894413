import { ALLOW, BUY, IMMEDIATE, NONE, REST, SELL } from "@atlas/domain/matching/book-code";
import { OrderBook } from "@atlas/domain/matching/order-book";

const ADD = 0;
export const TAKE = 1;
export const CANCEL = 2;

/** Operations as columns, the same for every subject. An operation's number is the id of the order that it brings. */
export interface Flow {
  readonly count: number;
  /** ADD: a limit order that stays; TAKE: one that goes if nobody meets it (IOC); CANCEL: of an order at rest. */
  readonly kinds: Uint8Array;
  /** 0 is BUY. */
  readonly sides: Uint8Array;
  readonly prices: Float64Array;
  readonly quantities: Float64Array;
  /** The order that a CANCEL means. */
  readonly targets: Int32Array;
}

/** The first so many operations build the book up. */
const BUILD_UP = 4000;

/**
 * A seeded mixed workload around a price that wanders: 48 % new limit orders, mostly near the best price and some of
 * them crossing, 12 % takers, 40 % cancels of orders at rest. The book stays at a few thousand orders.
 */
export function mixedFlow(count: number, seed: number): Flow {
  const random = randomOf(seed);
  const book = new OrderBook();
  const live = new LiveOrders();
  const flow: Flow = {
    count,
    kinds: new Uint8Array(count),
    sides: new Uint8Array(count),
    prices: new Float64Array(count),
    quantities: new Float64Array(count),
    targets: new Int32Array(count),
  };
  let middle = 100_000;
  for (let operation = 0; operation < count; operation++) {
    if (operation % 64 === 0) middle += Math.floor(random() * 3) - 1;
    const dice = random();
    if (operation >= BUILD_UP && dice < 0.4 && live.count > 2000) {
      const target = live.takeAny(random());
      flow.kinds[operation] = CANCEL;
      flow.targets[operation] = target;
      book.cancel(live.handleOf(target));
      continue;
    }
    const side = random() < 0.5 ? BUY : SELL;
    const takes = operation >= BUILD_UP && dice < 0.52;
    const distance = takes ? -20 : Math.floor(-Math.log(1 - random()) * 40) - 1;
    const price = side === BUY ? middle - 1 - distance : middle + 1 + distance;
    const quantity = 1 + Math.floor(random() * (takes ? 300 : 100));
    flow.kinds[operation] = takes ? TAKE : ADD;
    flow.sides[operation] = side;
    flow.prices[operation] = price;
    flow.quantities[operation] = quantity;
    const handle = book.place(side, price, quantity, takes ? IMMEDIATE : REST, ALLOW, 0);
    const { events } = book;
    for (let index = 0; index < events.count; index++) {
      if (events.handle(index) !== NONE && events.leaves(index) === 0) live.dropHandle(events.handle(index));
    }
    if (handle !== NONE) live.add(operation, handle);
  }
  return flow;
}

/** mulberry32: good enough to spread a workload, the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Orders at rest while the flow is made, so that a cancel always finds one. */
class LiveOrders {
  private readonly ids: number[] = [];
  private readonly places = new Map<number, number>();
  private readonly handles = new Map<number, number>();
  private readonly idOfHandle = new Map<number, number>();

  get count(): number {
    return this.ids.length;
  }

  add(id: number, handle: number): void {
    this.places.set(id, this.ids.length);
    this.ids.push(id);
    this.handles.set(id, handle);
    this.idOfHandle.set(handle, id);
  }

  handleOf(id: number): number {
    return this.handles.get(id) as number;
  }

  takeAny(share: number): number {
    const id = this.ids[Math.floor(share * this.ids.length)] as number;
    this.drop(id);
    return id;
  }

  dropHandle(handle: number): void {
    this.drop(this.idOfHandle.get(handle) as number);
  }

  private drop(id: number): void {
    const place = this.places.get(id) as number;
    const last = this.ids.pop() as number;
    if (last !== id) {
      this.ids[place] = last;
      this.places.set(last, place);
    }
    this.places.delete(id);
  }
}
