import type { Instrument } from "@atlas/domain/instrument/instrument";
import { printPrice } from "@atlas/domain/instrument/step";
import { type Preview, preview, type Warning } from "@atlas/domain/limits/preview";
import type { OmsRefusal } from "@atlas/domain/limits/refusal";
import { printAmount } from "@atlas/domain/money/amount";
import { momentOf } from "@atlas/domain/oms/make-event";
import type { OmsState } from "@atlas/domain/oms/oms-state";
import type { Amount } from "@atlas/gen/atlas/money/v1/amount_pb";
import type { PreviewQuery, ReadResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import {
  type PreviewOrderResponse,
  PreviewOrderResponseSchema,
  WarningKind,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { newOrderOf, quoteOf } from "@atlas/platform/wire/order/new-order";
import { wireRefusal } from "@atlas/platform/wire/order/oms-refusal";
import { create } from "@bufbuild/protobuf";

const KINDS: Record<Warning["kind"], WarningKind> = {
  BLOCK: WarningKind.BLOCK,
  LOW_BUFFER: WarningKind.LOW_BUFFER,
  HIGH_NOTIONAL: WarningKind.HIGH_NOTIONAL,
  FAT_FINGER: WarningKind.FAT_FINGER,
};

/** What a submit would do at `now`, milliseconds since the epoch, by the function that decides it. */
export function answerPreview(state: OmsState, query: PreviewQuery, now: number): ReadResponse["result"] {
  const { request } = query;
  const account = state.accounts.get(request?.accountId ?? "");
  if (request?.order === undefined || account === undefined) return { case: undefined };
  const order = newOrderOf(request.order);
  const cursor = cursorOf(state.name, state.sequence);
  const listing = state.listings.get(order.instrumentId);
  if (listing === undefined) {
    return refused({ reason: "UNKNOWN_INSTRUMENT", instrumentId: order.instrumentId }, cursor);
  }
  const shown = preview(order, account, listing, quoteOf(query.quote), momentOf(state, now));
  return { case: "preview", value: responseOf(shown, listing.instrument, cursor) };
}

function refused(refusal: OmsRefusal, cursor: string): ReadResponse["result"] {
  return { case: "preview", value: create(PreviewOrderResponseSchema, { refusal: wireRefusal(refusal), cursor }) };
}

/** What it would trade at is told by who sees the book. */
function responseOf(shown: Preview, instrument: Instrument, cursor: string): PreviewOrderResponse {
  const { assessment } = shown;
  const { refusal, requiredAsset, requiredMinor, notionalMinor } = assessment;
  // A refusal that came before the figures leaves them at zero, which they are not.
  const known = requiredAsset !== "";
  return create(PreviewOrderResponseSchema, {
    ...(known
      ? { required: amountOf(requiredAsset, requiredMinor), notional: amountOf(instrument.quoteAsset, notionalMinor) }
      : {}),
    balancesAfter: shown.balancesAfter.map(({ asset, availableMinor, reservedMinor }) => ({
      asset,
      available: printAmount(availableMinor),
      reserved: printAmount(reservedMinor),
    })),
    warnings: shown.warnings.map((warning) => ({
      kind: KINDS[warning.kind],
      message: wordsOf(warning, shown, instrument),
    })),
    ...(refusal === undefined ? {} : { refusal: wireRefusal(refusal) }),
    cursor,
  });
}

function amountOf(asset: string, minor: bigint): Amount {
  return { $typeName: "atlas.money.v1.Amount", asset, amount: printAmount(minor) };
}

function wordsOf(warning: Warning, { assessment }: Preview, instrument: Instrument): string {
  const { quoteAsset } = instrument;
  switch (warning.kind) {
    case "BLOCK":
      return assessment.refusal === undefined ? "" : wireRefusal(assessment.refusal).message;
    case "LOW_BUFFER":
      return `${printAmount(warning.leftMinor)} ${quoteAsset} would be left, less than ${printAmount(warning.thresholdMinor)}`;
    case "HIGH_NOTIONAL":
      return `a notional of ${printAmount(warning.notionalMinor)} ${quoteAsset} is above ${printAmount(warning.thresholdMinor)}`;
    case "FAT_FINGER":
      return `the price ${printPrice(instrument, warning.priceTicks)} is through the market's band, ${printPrice(instrument, warning.bandTicks)}`;
  }
}
