import { BrokenInvariant } from "./broken-invariant.ts";
import type { Posting } from "./posting.ts";

/** What an account holds of an asset, in smallest units. Neither is ever below zero (I2). */
export class Balance {
  readonly asset: string;
  availableMinor = 0n;
  reservedMinor = 0n;

  constructor(asset: string) {
    this.asset = asset;
  }

  /** The account's side of a movement; none if it concerns the shard alone. */
  apply(posting: Posting): void {
    const { from, to, amountMinor } = posting;
    if (from === "AVAILABLE") this.availableMinor -= amountMinor;
    else if (from === "RESERVED") this.reservedMinor -= amountMinor;
    if (to === "AVAILABLE") this.availableMinor += amountMinor;
    else if (to === "RESERVED") this.reservedMinor += amountMinor;
    if (this.availableMinor < 0n || this.reservedMinor < 0n) {
      throw new BrokenInvariant(
        `${posting.reason} leaves ${this.availableMinor} available and ${this.reservedMinor} reserved ${this.asset}`,
      );
    }
  }
}
