import type { Posting } from "@atlas/domain/ledger/posting";
import { Posting as CorePosting } from "@atlas/domain/ledger/posting";
import { printAmount } from "@atlas/domain/money/amount";
import type { Posting as WirePosting } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import { minorOf } from "./decimals.ts";
import { buckets, known, postingReasons } from "./oms-terms.ts";

export function wirePosting(posting: Posting, accountId: string, orderId: string): WirePosting {
  return {
    $typeName: "atlas.ledger.v1.Posting",
    accountId,
    asset: posting.asset,
    fromBucket: buckets.toWire[posting.from],
    toBucket: buckets.toWire[posting.to],
    amount: printAmount(posting.amountMinor),
    reason: postingReasons.toWire[posting.reason],
    orderId,
  };
}

export function postingOf(wire: WirePosting): Posting {
  const from = known(buckets.fromWire[wire.fromBucket], "from_bucket");
  const to = known(buckets.fromWire[wire.toBucket], "to_bucket");
  const reason = known(postingReasons.fromWire[wire.reason], "reason");
  return new CorePosting(wire.asset, from, to, minorOf(wire.amount), reason);
}
