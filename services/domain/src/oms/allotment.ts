import { baseMinor, notionalMinor } from "../instrument/instrument.ts";
import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import { Posting } from "../ledger/posting.ts";
import { checkClearing } from "./conservation.ts";
import { fillOf } from "./fill.ts";
import { makeEvent } from "./make-event.ts";
import type { OmsInput, VenueReportInput } from "./oms-command.ts";
import type { OmsEvent } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/**
 * The participants of an instrument traded out of their house account's allotment: what they pay leaves its reserved funds, what
 * they receive enters them; the house pays no fee. `undefined`: the report tells no such thing.
 */
export function tradeAllotment(state: OmsState, input: OmsInput, report: VenueReportInput): OmsEvent | undefined {
  const { accountId, instrumentId, side } = report;
  const allotment = state.accounts.get(accountId)?.allotment(instrumentId);
  if (report.executionType !== "TRADE" || allotment === undefined || side === undefined) return undefined;
  const { instrument } = state.listing(instrumentId);
  const { baseAsset, quoteAsset } = instrument;
  const notional = notionalMinor(instrument, report.lastPriceTicks, report.lastQuantityLots);
  const base = baseMinor(instrument, report.lastQuantityLots);
  const buys = side === "BUY";
  const paid = buys ? notional : base;
  if (paid > (buys ? allotment.quoteMinor : allotment.baseMinor)) {
    throw new BrokenInvariant(`participants of ${instrumentId} spent more than their allotment: ${paid}`);
  }
  const postings = [
    new Posting(buys ? quoteAsset : baseAsset, "RESERVED", "CLEARING", paid, "TRADE_PAID"),
    new Posting(buys ? baseAsset : quoteAsset, "CLEARING", "RESERVED", buys ? base : notional, "TRADE_RECEIVED"),
  ];
  checkClearing(state, state.routes.of(instrumentId).venue, report, postings);
  return makeEvent(state, input, {
    commandId: report.commandId,
    accountId,
    orderId: report.orderId,
    instrumentId,
    linkOut: undefined,
    postings,
    request: undefined,
    rateMark: 0,
    body: { kind: "ALLOTMENT_TRADED", fill: fillOf(state, input, report, 0n) },
  });
}
