import type { ListCandlesRequest, ListCandlesResponse } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { ListCandlesResponseSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { numberIn, pageSizeOf, pageToken } from "@atlas/platform/query/page";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { barOf, type CandleBar, type CandleSeries, candleOf } from "./candle-series.ts";
import type { MarketReadContext } from "./context.ts";
import { findMarket, marketCursor } from "./market-cursor.ts";

/**
 * Oldest first. With `start_time` pages go forwards from it; without, the first page is the newest candles before
 * `end_time` and the next ones go back in time, each oldest first.
 */
export async function listCandles(
  request: ListCandlesRequest,
  context: MarketReadContext,
): Promise<ListCandlesResponse> {
  const from = millisecondsOf(request.startTime);
  const to = millisecondsOf(request.endTime);
  const filter = ["candles", request.instrumentId, request.interval, from ?? "", to ?? ""];
  const position = numberIn(request.pageToken, filter);
  const market = await findMarket(request, context);
  const series = market.series(request.interval);
  const size = pageSizeOf(request.pageSize);
  const beyond = (series.newestStart ?? market.cutAt ?? 0) + 1;
  const end = Math.min(to ?? beyond, beyond);
  const page =
    from === undefined
      ? await backwards(series, market.instrumentId, position ?? end, size, context)
      : await forwards(series, market.instrumentId, { from: position ?? from, to: end }, size, context);
  return create(ListCandlesResponseSchema, {
    candles: page.bars.map((bar) => candleOf(market.instrumentId, series.terms, bar)),
    nextPageToken: page.next === undefined ? "" : pageToken(filter, `${page.next}`),
    cursor: marketCursor(market.instrumentId, market.sequence),
  });
}

interface Page {
  readonly bars: readonly CandleBar[];
  /** Where the next page begins, or before which it ends; `undefined`: this was the last. */
  readonly next: number | undefined;
}

async function backwards(
  series: CandleSeries,
  instrumentId: string,
  to: number,
  size: number,
  context: MarketReadContext,
): Promise<Page> {
  let bars = series.range(0, to);
  if (bars.length <= size) {
    const older = { from: 0, to: Math.min(to, series.heldSince ?? to) };
    const rows = await context.history.read(instrumentId, series.terms, older, size + 1, true);
    bars = [...rows.map(barOf), ...bars];
  }
  const page = bars.slice(-size);
  return { bars: page, next: bars.length > size ? page[0]?.start : undefined };
}

async function forwards(
  series: CandleSeries,
  instrumentId: string,
  range: { from: number; to: number },
  size: number,
  context: MarketReadContext,
): Promise<Page> {
  const heldSince = series.heldSince ?? range.to;
  let bars: CandleBar[] = [];
  if (range.from < heldSince) {
    const older = { from: range.from, to: Math.min(range.to, heldSince) };
    bars = (await context.history.read(instrumentId, series.terms, older, size + 1, false)).map(barOf);
  }
  if (bars.length <= size) bars.push(...series.range(Math.max(range.from, heldSince), range.to));
  return { bars: bars.slice(0, size), next: bars[size]?.start };
}
