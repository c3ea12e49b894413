import type { Posting } from "./posting.ts";

/** What a shard itself holds of an asset, in smallest units. */
export class AssetTotal {
  readonly asset: string;
  /** Taken less given back; signed. */
  feesMinor = 0n;
  depositedMinor = 0n;
  withdrawnMinor = 0n;

  constructor(asset: string) {
    this.asset = asset;
  }
}

/** What lies between the shard and a venue, of one asset; signed. */
export class Clearing {
  readonly venue: number;
  readonly asset: string;
  amountMinor = 0n;

  constructor(venue: number, asset: string) {
    this.venue = venue;
    this.asset = asset;
  }
}

/** The shard's side of the ledger. With all balances it sums to zero, asset by asset (I1). */
export class LedgerTotals {
  readonly #assets = new Map<string, AssetTotal>();
  readonly #clearing: Map<string, Clearing>[] = [];

  /** Only for an event: an asset that was asked for stands in the list from then on. */
  asset(asset: string): AssetTotal {
    let total = this.#assets.get(asset);
    if (total === undefined) {
      total = new AssetTotal(asset);
      this.#assets.set(asset, total);
    }
    return total;
  }

  /** Only for an event, too. */
  clearing(venue: number, asset: string): Clearing {
    while (this.#clearing.length <= venue) this.#clearing.push(new Map());
    const ofVenue = this.#clearing[venue] as Map<string, Clearing>;
    let clearing = ofVenue.get(asset);
    if (clearing === undefined) {
      clearing = new Clearing(venue, asset);
      ofVenue.set(asset, clearing);
    }
    return clearing;
  }

  /** Paid in so far; nothing came: zero. */
  depositedMinor(asset: string): bigint {
    return this.#assets.get(asset)?.depositedMinor ?? 0n;
  }

  /** What lies between the shard and a venue; nothing came or went: zero. */
  clearingMinor(venue: number, asset: string): bigint {
    return this.#clearing[venue]?.get(asset)?.amountMinor ?? 0n;
  }

  /** The shard's side of a movement. `venue` is the one that the movement's event concerns. */
  apply(posting: Posting, venue: number): void {
    const { from, to, amountMinor, asset } = posting;
    if (from === "CLEARING") this.clearing(venue, asset).amountMinor -= amountMinor;
    else if (from === "FEES") this.asset(asset).feesMinor -= amountMinor;
    else if (from === "EXTERNAL") this.asset(asset).depositedMinor += amountMinor;
    if (to === "CLEARING") this.clearing(venue, asset).amountMinor += amountMinor;
    else if (to === "FEES") this.asset(asset).feesMinor += amountMinor;
    else if (to === "EXTERNAL") this.asset(asset).withdrawnMinor += amountMinor;
  }

  /** By asset. */
  assets(): AssetTotal[] {
    // any order: sorted at once
    return [...this.#assets.values()].sort((left, right) => (left.asset < right.asset ? -1 : 1));
  }

  /** By venue, then asset. */
  clearings(): Clearing[] {
    return this.#clearing.flatMap((ofVenue) =>
      // any order: sorted at once
      [...ofVenue.values()].sort((left, right) => (left.asset < right.asset ? -1 : 1)),
    );
  }
}
