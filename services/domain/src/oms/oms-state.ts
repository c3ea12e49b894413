import { Account } from "../account/account.ts";
import { FIRST_ENGINE } from "../engine/engine-rules.ts";
import type { Side } from "../instrument/terms.ts";
import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import { LedgerTotals } from "../ledger/totals.ts";
import { IncomingLinks } from "../link/incoming-links.ts";
import { OutgoingLinks } from "../link/outgoing-links.ts";
import type { Listing } from "../order/listing.ts";
import type { OpenOrder } from "../order/open-order.ts";
import { murmur2 } from "../partition/murmur2.ts";
import { utf8 } from "../partition/utf8.ts";
import { RequestMemory } from "../request-memory/request-memory.ts";
import { RevokedPrincipals } from "./revoked-principals.ts";
import { VenueRoutes } from "./venue-routes.ts";

/** Slabs that accounts are kept in, by a hash of their id: fixed, for images hold them. */
export const ACCOUNT_BUCKETS = 64;

/** Work of the last input that goes on in slices (S13). */
export interface OpenWork {
  readonly commandId: string;
  readonly accountId: string;
  /** Empty: orders of all instruments. */
  readonly instrumentId: string;
  /** `undefined`: of both sides. */
  readonly side: Side | undefined;
  /** Acceptance sequence up to which it is done. */
  readonly cursor: number;
}

/** All that an order shard's decisions read, and nothing else (S2). Changed by `evolve` only. */
export class OmsState {
  /** As in frames: `oms/3`. */
  readonly name: string;
  readonly routes: VenueRoutes;
  /** Of the last event applied. */
  sequence = 0;
  causeOffset = -1;
  causeIndex = -1;
  /** Running maximum of append times (S8). */
  logTime = 0;
  /** Append time of the last input that had an effect. */
  appendTime = 0;
  /** Milliseconds that inputs have seen pass: a step back of the log's clock counts as none. Rate marks go by it. */
  rateClock = 0;
  /** The version whose rules decide (S26). */
  engineVersion = FIRST_ENGINE;
  /** Inputs that could not be read or matched nothing. */
  anomalies = 0;
  work: OpenWork | undefined = undefined;
  readonly accounts = new Map<string, Account>();
  readonly orders = new Map<string, OpenOrder>();
  readonly listings = new Map<string, Listing>();
  /** Bases and quotes of them. */
  readonly assets = new Set<string>();
  readonly totals = new LedgerTotals();
  readonly incoming = new IncomingLinks();
  readonly outgoing = new OutgoingLinks();
  readonly requests: RequestMemory;
  readonly revoked = new RevokedPrincipals();
  /** Accounts by bucket, in no order. */
  readonly buckets: Account[][] = Array.from({ length: ACCOUNT_BUCKETS }, () => []);
  /** Sequence of the last event in each bucket: an image's at first, then what changed it. */
  readonly bucketChangedAt = new Float64Array(ACCOUNT_BUCKETS);

  constructor(name: string, venuePartitions: number, requests = new RequestMemory()) {
    this.name = name;
    this.routes = new VenueRoutes(venuePartitions);
    this.requests = requests;
  }

  addAccount(accountId: string, ownerId: string, createTime: number): Account {
    if (this.accounts.has(accountId)) throw new BrokenInvariant(`account ${accountId} is created twice`);
    const account = new Account(accountId, ownerId, createTime, bucketOf(accountId));
    this.accounts.set(accountId, account);
    (this.buckets[account.bucket] as Account[]).push(account);
    return account;
  }

  /** Holds nothing, as at first. */
  clear(): void {
    const { name, routes, requests } = this;
    Object.assign(this, new OmsState(name, 1, requests.blank()), { routes });
  }

  /** A listing, or another version of one. */
  list(listing: Listing): void {
    const { instrumentId, baseAsset, quoteAsset } = listing.instrument;
    this.listings.set(instrumentId, listing);
    this.assets.add(baseAsset).add(quoteAsset);
  }

  /** Where an account must be. */
  account(accountId: string): Account {
    const account = this.accounts.get(accountId);
    if (account === undefined) throw new BrokenInvariant(`there is no account ${accountId}`);
    return account;
  }

  /** Where an order must be open. */
  order(orderId: string): OpenOrder {
    const order = this.orders.get(orderId);
    if (order === undefined) throw new BrokenInvariant(`order ${orderId} is not open`);
    return order;
  }

  /** Where an instrument must be known. */
  listing(instrumentId: string): Listing {
    const listing = this.listings.get(instrumentId);
    if (listing === undefined) throw new BrokenInvariant(`there is no instrument ${instrumentId}`);
    return listing;
  }
}

/** The bucket of an account. */
export function bucketOf(accountId: string): number {
  return murmur2(utf8(accountId)) % ACCOUNT_BUCKETS;
}
