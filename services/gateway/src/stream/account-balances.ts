import { parseAmount, printAmount } from "@atlas/domain/money/amount";
import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import { Bucket, type Posting } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";

interface Amounts {
  available: bigint;
  reserved: bigint;
}

/** An account's balances as they are after each of its events: the sums of its postings. */
export class AccountBalances {
  readonly #accountId: string;
  readonly #assets = new Map<string, Amounts>();

  constructor(accountId: string, balances: readonly Balance[]) {
    this.#accountId = accountId;
    for (const { asset, available, reserved } of balances) {
      this.#assets.set(asset, { available: minorOf(available), reserved: minorOf(reserved) });
    }
  }

  /** Goes back behind an event that the balances show: the newest first. */
  rewind(event: OrderEvent): void {
    for (const posting of event.postings) this.#move(posting, -1n);
  }

  /** The balances that an event changes, as they are after it. */
  after(event: OrderEvent): Balance[] {
    const changed = new Set<string>();
    for (const posting of event.postings) if (this.#move(posting, 1n)) changed.add(posting.asset);
    return [...changed].map((asset) => this.#balance(asset));
  }

  #move(posting: Posting, sign: bigint): boolean {
    if (posting.accountId !== this.#accountId) return false;
    const amount = minorOf(posting.amount) * sign;
    const left = this.#add(posting.asset, posting.fromBucket, -amount);
    const entered = this.#add(posting.asset, posting.toBucket, amount);
    return left || entered;
  }

  #add(asset: string, bucket: Bucket, amount: bigint): boolean {
    if (bucket !== Bucket.AVAILABLE && bucket !== Bucket.RESERVED) return false;
    const amounts = this.#assets.get(asset) ?? { available: 0n, reserved: 0n };
    this.#assets.set(asset, amounts);
    if (bucket === Bucket.AVAILABLE) amounts.available += amount;
    else amounts.reserved += amount;
    return true;
  }

  #balance(asset: string): Balance {
    const { available, reserved } = this.#assets.get(asset) ?? { available: 0n, reserved: 0n };
    return {
      $typeName: "atlas.account.v1.Balance",
      asset,
      available: printAmount(available),
      reserved: printAmount(reserved),
    };
  }
}

function minorOf(decimal: string): bigint {
  const minor = parseAmount(decimal);
  if (typeof minor === "string") throw new Error(`${decimal} is no amount`);
  return minor;
}
