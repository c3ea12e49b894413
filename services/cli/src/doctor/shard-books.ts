import { isDecimalRefusal, parseScaled } from "@atlas/domain/money/decimal";
import { Bucket, type Posting } from "@atlas/gen/atlas/ledger/v1/posting_pb";

/** What a shard holds of an asset, in units of 1e-8. `external`: withdrawals less deposits. */
export interface AssetSums {
  available: bigint;
  reserved: bigint;
  clearing: bigint;
  fees: bigint;
  external: bigint;
}

const NAMES: Readonly<Record<number, keyof AssetSums>> = {
  [Bucket.AVAILABLE]: "available",
  [Bucket.RESERVED]: "reserved",
  [Bucket.CLEARING]: "clearing",
  [Bucket.FEES]: "fees",
  [Bucket.EXTERNAL]: "external",
};

/** The ledger of one shard, made again from the postings on the log. */
export class ShardBooks {
  readonly assets = new Map<string, AssetSums>();
  /** By account and asset. */
  readonly #accounts = new Map<string, { available: bigint; reserved: bigint }>();
  /** By order: what is locked for it. */
  readonly #orders = new Map<string, bigint>();
  readonly #allotted = new Set<string>();

  /** Moves the amount; answers what is wrong with the posting, if anything. */
  post(posting: Posting): string | undefined {
    const { accountId, asset, fromBucket, toBucket, orderId } = posting;
    const amount = unitsOf(posting.amount);
    const from = NAMES[fromBucket];
    const to = NAMES[toBucket];
    if (from === undefined || to === undefined || amount <= 0n)
      return `a posting of ${posting.amount} ${asset} that moves nothing`;
    const sums = this.assets.get(asset) ?? { available: 0n, reserved: 0n, clearing: 0n, fees: 0n, external: 0n };
    this.assets.set(asset, sums);
    sums[from] -= amount;
    sums[to] += amount;
    if (orderId === "" && to === "reserved") this.#allotted.add(accountId);
    const key = `${accountId}\0${asset}`;
    const account = this.#accounts.get(key) ?? { available: 0n, reserved: 0n };
    this.#accounts.set(key, account);
    if (from === "available" || from === "reserved") account[from] -= amount;
    if (to === "available" || to === "reserved") account[to] += amount;
    if (orderId !== "") this.#lock(orderId, (to === "reserved" ? amount : 0n) - (from === "reserved" ? amount : 0n));
    return account.available < 0n || account.reserved < 0n
      ? `${accountId} has less than nothing of ${asset}`
      : undefined;
  }

  /** What the postings have left locked for an order. */
  reservedFor(orderId: string): bigint {
    return this.#orders.get(orderId) ?? 0n;
  }

  /** Nothing more is to be known of an order. */
  forget(orderId: string): void {
    this.#orders.delete(orderId);
  }

  /** Reserved sums by account and asset, without those who were given to a venue's participants. */
  *reservedByAccount(): Generator<{ accountId: string; asset: string; reserved: bigint }> {
    for (const [key, { reserved }] of this.#accounts) {
      const [accountId = "", asset = ""] = key.split("\0");
      if (!this.#allotted.has(accountId)) yield { accountId, asset, reserved };
    }
  }

  #lock(orderId: string, change: bigint): void {
    if (change !== 0n) this.#orders.set(orderId, this.reservedFor(orderId) + change);
  }
}

/** A decimal of at most 8 decimals in units of 1e-8; empty is 0. */
export function unitsOf(text: string): bigint {
  if (text === "") return 0n;
  const units = parseScaled(text, 8);
  if (isDecimalRefusal(units)) throw new RangeError(`${text} is no amount`);
  return BigInt(units);
}
