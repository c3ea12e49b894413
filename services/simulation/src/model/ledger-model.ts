import { Bucket, type Posting } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { e8 } from "./e8.ts";
import type { Violations } from "./violations.ts";

/** What somebody has of an asset. */
export interface Held {
  available: bigint;
  reserved: bigint;
}

/** The ledger of a whole platform in plain maps, from postings alone (I1, I2, I4). */
export class LedgerModel {
  /** By account and asset. */
  readonly held = new Map<string, Held>();
  /** By asset: over all shards. */
  readonly clearing = new Map<string, bigint>();
  readonly fees = new Map<string, bigint>();
  readonly external = new Map<string, bigint>();
  /** By order: what its postings have left locked. */
  readonly locked = new Map<string, bigint>();
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  take(event: OrderEvent): void {
    for (const posting of event.postings) this.#post(event, posting);
  }

  /** Every asset: what accounts hold, clearing and fees is what came in from outside. */
  conserve(): void {
    const sums = new Map<string, bigint>();
    const add = (asset: string, amount: bigint) => sums.set(asset, (sums.get(asset) ?? 0n) + amount);
    for (const [key, { available, reserved }] of this.held) add(key.split("\n")[1] ?? "", available + reserved);
    for (const [asset, amount] of [...this.clearing, ...this.fees, ...this.external]) add(asset, amount);
    for (const [asset, sum] of sums) this.#violations.check("I1", sum === 0n, () => `${asset} sums to ${sum}`);
  }

  of(accountId: string, asset: string): Held {
    const key = `${accountId}\n${asset}`;
    const held = this.held.get(key) ?? { available: 0n, reserved: 0n };
    this.held.set(key, held);
    return held;
  }

  #post(event: OrderEvent, posting: Posting): void {
    const amount = e8(posting.amount);
    this.#violations.check("I1", amount > 0n, () => `${event.eventId} posts ${posting.amount}`);
    this.#move(posting, posting.fromBucket, -amount);
    this.#move(posting, posting.toBucket, amount);
    const { available, reserved } = this.of(posting.accountId, posting.asset);
    const text = () => `${event.eventId} leaves ${posting.accountId} ${available} and ${reserved} ${posting.asset}`;
    this.#violations.check("I2", available >= 0n && reserved >= 0n, text);
  }

  #move({ accountId, asset, orderId }: Posting, bucket: Bucket, amount: bigint): void {
    const held = this.of(accountId, asset);
    const into = (sums: Map<string, bigint>) => sums.set(asset, (sums.get(asset) ?? 0n) + amount);
    if (bucket === Bucket.AVAILABLE) held.available += amount;
    else if (bucket === Bucket.RESERVED) {
      held.reserved += amount;
      if (orderId !== "") this.locked.set(orderId, (this.locked.get(orderId) ?? 0n) + amount);
    } else if (bucket === Bucket.CLEARING) into(this.clearing);
    else if (bucket === Bucket.FEES) into(this.fees);
    else into(this.external);
  }
}
