import { type NewOrder, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { PreviewOrderRequest, PreviewOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { listingOf } from "@atlas/platform/wire/order/listing";
import type { CallContext } from "../call-context.ts";
import { estimate, priceOfNotional } from "./estimate.ts";
import type { OrderContext } from "./order-context.ts";

/** Levels that an order is taken to see: as many as a reader gets. */
const VISIBLE = 1_000;

/** What a submit would do now, by the function that decides; what it would trade at, by the book as it is seen here. */
export async function previewOrder(
  request: PreviewOrderRequest,
  call: CallContext,
  context: OrderContext,
): Promise<PreviewOrderResponse> {
  const instrumentId = request.order?.instrumentId ?? "";
  const levels = request.order === undefined ? [] : otherSide(request.order, context);
  const shown = await context.queries.preview(request, context.quote(instrumentId), call.deadline);
  const instrument = context.instrument(instrumentId);
  // Where the assessment ended before its numbers, there is nothing to estimate.
  if (request.order === undefined || instrument === undefined || shown.notional === undefined) return shown;
  const listing = listingOf(instrument);
  const worst = priceOfNotional(request.order, listing, shown.notional.amount);
  const { averagePrice, fees } = estimate(request.order, listing, levels, worst);
  if (averagePrice === "") return shown;
  const estimatedFees = { $typeName: "atlas.money.v1.Amount", asset: instrument.quoteAsset, amount: fees } as const;
  return { ...shown, averagePrice, estimatedFees };
}

function otherSide({ instrumentId, side }: NewOrder, { book }: OrderContext) {
  const seen = book(instrumentId, VISIBLE);
  return (side === Side.BUY ? seen?.asks : seen?.bids) ?? [];
}
