import { BrokenInvariant } from "./broken-invariant.ts";
import { type Bucket, Posting, type PostingReason } from "./posting.ts";

/** Appends a movement; none for zero. A negative amount is a broken invariant. */
export function move(
  postings: Posting[],
  asset: string,
  from: Bucket,
  to: Bucket,
  amountMinor: bigint,
  reason: PostingReason,
): void {
  if (amountMinor === 0n) return;
  if (amountMinor < 0n) throw new BrokenInvariant(`${reason} of ${amountMinor} ${asset} from ${from} to ${to}`);
  postings.push(new Posting(asset, from, to, amountMinor, reason));
}

/** Appends a movement of a signed amount: below zero it flows back, from `to` to `from`. */
export function moveSigned(
  postings: Posting[],
  asset: string,
  from: Bucket,
  to: Bucket,
  amountMinor: bigint,
  reason: PostingReason,
): void {
  if (amountMinor >= 0n) move(postings, asset, from, to, amountMinor, reason);
  else move(postings, asset, to, from, -amountMinor, reason);
}
