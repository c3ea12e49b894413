import { Balance } from "../ledger/balance.ts";
import type { OpenOrder } from "../order/open-order.ts";
import { type AccountLimits, DEFAULT_LIMITS } from "./account-limits.ts";
import type { Position } from "./position.ts";

/** What of a house account's reserved funds the participants of an instrument may spend, in smallest units. */
export interface Allotment {
  readonly instrumentId: string;
  readonly baseMinor: bigint;
  readonly quoteMinor: bigint;
}

/** An account with all that belongs to it. Changed by events only. */
export class Account {
  readonly accountId: string;
  readonly ownerId: string;
  /** Log time at which it was opened. */
  readonly createTime: number;
  /** The slab that it is kept in. */
  readonly bucket: number;
  limits: AccountLimits = DEFAULT_LIMITS;
  /** Microseconds of the shard's rate clock. */
  rateMark = 0;
  readonly #balances = new Map<string, Balance>();
  readonly #positions = new Map<string, Position>();
  readonly #allotments = new Map<string, Allotment>();
  /** Open orders by acceptance, as a list through the orders themselves. */
  #first: OpenOrder | undefined = undefined;
  #last: OpenOrder | undefined = undefined;
  #openOrders = 0;

  constructor(accountId: string, ownerId: string, createTime: number, bucket: number) {
    this.accountId = accountId;
    this.ownerId = ownerId;
    this.createTime = createTime;
    this.bucket = bucket;
  }

  get openOrders(): number {
    return this.#openOrders;
  }

  /** The oldest open order; the others follow by `next`. */
  get firstOrder(): OpenOrder | undefined {
    return this.#first;
  }

  /** The newest open order; the others follow by `previous`. */
  get lastOrder(): OpenOrder | undefined {
    return this.#last;
  }

  availableMinor(asset: string): bigint {
    return this.#balances.get(asset)?.availableMinor ?? 0n;
  }

  reservedMinor(asset: string): bigint {
    return this.#balances.get(asset)?.reservedMinor ?? 0n;
  }

  /** Only for an event: an asset that was asked for stands in the account's list from then on. */
  balance(asset: string): Balance {
    let balance = this.#balances.get(asset);
    if (balance === undefined) {
      balance = new Balance(asset);
      this.#balances.set(asset, balance);
    }
    return balance;
  }

  position(instrumentId: string): Position | undefined {
    return this.#positions.get(instrumentId);
  }

  setPosition(position: Position): void {
    this.#positions.set(position.instrumentId, position);
  }

  allotment(instrumentId: string): Allotment | undefined {
    return this.#allotments.get(instrumentId);
  }

  setAllotment(allotment: Allotment): void {
    this.#allotments.set(allotment.instrumentId, allotment);
  }

  /** The order has been accepted: it is the newest. */
  add(order: OpenOrder): void {
    order.previous = this.#last;
    order.next = undefined;
    if (this.#last === undefined) this.#first = order;
    else this.#last.next = order;
    this.#last = order;
    this.#openOrders++;
  }

  /** The order has ended. */
  remove(order: OpenOrder): void {
    if (order.previous === undefined) this.#first = order.next;
    else order.previous.next = order.next;
    if (order.next === undefined) this.#last = order.previous;
    else order.next.previous = order.previous;
    order.next = undefined;
    order.previous = undefined;
    this.#openOrders--;
  }

  /** By asset. */
  balances(): Balance[] {
    // any order: sorted at once
    return [...this.#balances.values()].sort((left, right) => (left.asset < right.asset ? -1 : 1));
  }

  /** By instrument. */
  positions(): Position[] {
    // any order: sorted at once
    return [...this.#positions.values()].sort(byInstrument);
  }

  /** By instrument. */
  allotments(): Allotment[] {
    // any order: sorted at once
    return [...this.#allotments.values()].sort(byInstrument);
  }
}

function byInstrument(left: { instrumentId: string }, right: { instrumentId: string }): number {
  return left.instrumentId < right.instrumentId ? -1 : 1;
}
