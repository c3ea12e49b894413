import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Contents } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { LiveMarket } from "./market-source.ts";

/** What one market channel shows of an instrument. */
export interface MarketKind {
  /** The market as members know it after the last `flush`, or as it is now if that does them no harm. */
  snapshot(market: LiveMarket | undefined): Contents;
  /** Takes an event in; whether there is something to tell. */
  take(event: MarketEvent, market: LiveMarket): boolean;
  /** What changed since the last flush, in messages of bounded length. */
  flush(market: LiveMarket): readonly Contents[];
}
