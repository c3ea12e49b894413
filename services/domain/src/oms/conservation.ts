import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import type { Posting } from "../ledger/posting.ts";
import type { VenueReportInput } from "./oms-command.ts";
import type { OmsState } from "./oms-state.ts";

/**
 * Conservation, live (I1): with a report's postings, what lies between the shard and the venue must be the total that the venue
 * stamped on it. Both sides of a trade come from one decision of the venue, whose totals sum to zero.
 */
export function checkClearing(
  state: OmsState,
  venue: number,
  report: VenueReportInput,
  postings: readonly Posting[],
): void {
  for (const { asset, amountMinor } of report.linkTotals) {
    let clearing = state.totals.clearingMinor(venue, asset);
    for (const posting of postings) {
      if (posting.asset !== asset) continue;
      if (posting.to === "CLEARING") clearing += posting.amountMinor;
      else if (posting.from === "CLEARING") clearing -= posting.amountMinor;
    }
    if (clearing !== amountMinor) {
      throw new BrokenInvariant(
        `clearing of ${asset} with venue/${venue} is ${clearing}, the venue says ${amountMinor} (order ${report.orderId})`,
      );
    }
  }
}
