import type { OmsState } from "@atlas/domain/oms/oms-state";

/**
 * The ids of a shard's accounts in order, for lists of them. Those that have come since it was last asked are put in then: accounts only
 * come, and who decides puts nothing in order.
 */
export class AccountIds {
  readonly #state: OmsState;
  #accounts: OmsState["accounts"];
  /** Goes on with the accounts that come as long as it has not come to an end. */
  #coming: Iterator<string>;
  #sorted: string[] = [];

  constructor(state: OmsState) {
    this.#state = state;
    this.#accounts = state.accounts;
    this.#coming = state.accounts.keys();
  }

  /** Those above an id, at most so many of them, and whether there are others behind them. */
  above(after: string, limit: number): { readonly ids: readonly string[]; readonly more: boolean } {
    this.#takeIn();
    const start = countThrough(this.#sorted, after);
    return { ids: this.#sorted.slice(start, start + limit), more: this.#sorted.length - start > limit };
  }

  #takeIn(): void {
    const { accounts } = this.#state;
    // A state that was cleared holds others.
    if (accounts !== this.#accounts) {
      this.#accounts = accounts;
      this.#coming = accounts.keys();
      this.#sorted = [];
    }
    if (this.#sorted.length === accounts.size) return;
    while (this.#sorted.length < accounts.size) this.#sorted.push(this.#coming.next().value as string);
    // A few behind many that are in order cost little more than a look at each.
    this.#sorted.sort();
  }
}

/** How many ids, which are in order, are not above one. */
function countThrough(ids: readonly string[], id: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] as string) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
