import type { Instrument } from "@atlas/domain/instrument/instrument";
import { printPrice, printQuantity } from "@atlas/domain/instrument/step";
import type { BookLevel } from "@atlas/domain/market/book-level";
import type { MarketEvent, Ticker, TradePrinted } from "@atlas/domain/venue/market-event";
import type {
  Level,
  MarketEvent as WireEvent,
  Ticker as WireTicker,
  Trade as WireTrade,
} from "@atlas/gen/atlas/market/v1/market_pb";
import { timestampOf } from "../time.ts";
import { wireSide } from "./order-terms.ts";

/**
 * A market event as it stands on the log. What the event's own head says (instrument, sequence, time) is not said again
 * inside: quiet markets must stay small.
 */
export function wireMarketEvent(event: MarketEvent, instrument: Instrument): WireEvent {
  return {
    $typeName: "atlas.market.v1.MarketEvent",
    instrumentId: event.instrumentId,
    sequence: BigInt(event.sequence),
    shardSequence: BigInt(event.shardSequence),
    occurredAt: timestampOf(event.occurredAt),
    event: bodyOf(event, instrument),
  };
}

function bodyOf(event: MarketEvent, instrument: Instrument): WireEvent["event"] {
  switch (event.kind) {
    case "BOOK_SNAPSHOT":
      return {
        case: "snapshot",
        value: {
          $typeName: "atlas.market.v1.BookSnapshot",
          bids: levelsOf(event.bids, instrument),
          asks: levelsOf(event.asks, instrument),
        },
      };
    case "BOOK_DELTA":
      return {
        case: "delta",
        value: {
          $typeName: "atlas.market.v1.BookDelta",
          bids: levelsOf(event.bids, instrument),
          asks: levelsOf(event.asks, instrument),
        },
      };
    case "TRADE":
      return { case: "trade", value: tradeOf(event, instrument) };
    case "TICKER":
      return { case: "ticker", value: tickerOf(event, instrument) };
  }
}

function levelsOf(levels: readonly BookLevel[], instrument: Instrument): Level[] {
  return levels.map(({ priceTicks, quantityLots, orderCount }) => ({
    $typeName: "atlas.market.v1.Level",
    price: printPrice(instrument, priceTicks),
    quantity: printQuantity(instrument, quantityLots),
    orderCount,
  }));
}

function tradeOf(event: TradePrinted, instrument: Instrument): WireTrade {
  return {
    $typeName: "atlas.market.v1.Trade",
    matchId: event.matchId,
    price: printPrice(instrument, event.priceTicks),
    quantity: printQuantity(instrument, event.quantityLots),
    takerSide: wireSide(event.takerSide),
    instrumentId: "",
    occurredAt: undefined,
    sequence: 0n,
  };
}

function tickerOf(event: Ticker, instrument: Instrument): WireTicker {
  const price = (ticks: number | undefined) => (ticks === undefined ? "" : printPrice(instrument, ticks));
  return {
    $typeName: "atlas.market.v1.Ticker",
    bid: price(event.bidTicks),
    bidQuantity: "",
    ask: price(event.askTicks),
    askQuantity: "",
    last: price(event.lastTicks),
    open: price(event.openTicks),
    high: price(event.highTicks),
    low: price(event.lowTicks),
    volume: printQuantity(instrument, event.volumeLots),
    tradeCount: 0n,
    instrumentId: "",
    sequence: 0n,
    occurredAt: undefined,
  };
}
