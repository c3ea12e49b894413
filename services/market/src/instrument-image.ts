import type { Level, Phase, Trade } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import { type CandleRow, rowOf } from "./candle-series.ts";
import { InstrumentMarket } from "./instrument-market.ts";
import type { SessionRow } from "./session-figures.ts";

/** So many trades outlive a restart. */
const TRADES_IN_IMAGE = 1_000;

type LevelRow = readonly [string, string, number];
type TradeRow = readonly [string, string, string, Side, number, number];

/** One instrument in an image. Complete candles stand in the store already. */
export interface InstrumentImage {
  readonly instrumentId: string;
  readonly sequence: number;
  readonly complete: boolean;
  /** As of the market; absent: its trades are known from the first on. */
  readonly cutAt?: number;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  readonly phase: Phase;
  readonly bids: readonly LevelRow[];
  readonly asks: readonly LevelRow[];
  readonly session: SessionRow;
  readonly trades: readonly TradeRow[];
  /** The current candle of each interval. */
  readonly candles: readonly (CandleRow | null)[];
}

export function imageOf(market: InstrumentMarket): InstrumentImage {
  return {
    instrumentId: market.instrumentId,
    sequence: market.sequence,
    complete: market.complete,
    ...(market.cutAt === undefined ? {} : { cutAt: market.cutAt }),
    occurredAt: millisecondsOf(market.occurredAt) ?? 0,
    phase: market.phase,
    bids: market.bids.top(market.bids.size).map(levelRow),
    asks: market.asks.top(market.asks.size).map(levelRow),
    session: market.session.row(),
    trades: market.trades.slice(-TRADES_IN_IMAGE).map(tradeRow),
    candles: market.candles.map(({ current }) => (current === undefined ? null : rowOf(current))),
  };
}

/** The market of an image with its complete candles, by interval as `candleTerms` goes. */
export function marketOf(image: InstrumentImage, complete: readonly (readonly CandleRow[])[]): InstrumentMarket {
  const market = new InstrumentMarket(image.instrumentId);
  market.sequence = image.sequence;
  market.complete = image.complete;
  if (image.cutAt !== undefined) market.cut(image.cutAt);
  market.occurredAt = timestampOf(image.occurredAt);
  market.phase = image.phase;
  market.bids.load(image.bids.map(levelOf));
  market.asks.load(image.asks.map(levelOf));
  market.session.restore(image.session);
  for (const row of image.trades) market.trades.push(tradeOf(image.instrumentId, row));
  for (const [index, series] of market.candles.entries()) {
    series.restore(complete[index] ?? [], image.candles[index] ?? undefined);
  }
  return market;
}

function levelRow({ price, quantity, orderCount }: Level): LevelRow {
  return [price, quantity, orderCount];
}

function levelOf([price, quantity, orderCount]: LevelRow): Level {
  return { $typeName: "atlas.market.v1.Level", price, quantity, orderCount };
}

function tradeRow(trade: Trade): TradeRow {
  const { matchId, price, quantity, takerSide, occurredAt, sequence } = trade;
  return [matchId, price, quantity, takerSide, millisecondsOf(occurredAt) ?? 0, Number(sequence)];
}

function tradeOf(instrumentId: string, row: TradeRow): Trade {
  const [matchId, price, quantity, takerSide, occurredAt, sequence] = row;
  return {
    $typeName: "atlas.market.v1.Trade",
    matchId,
    price,
    quantity,
    takerSide,
    instrumentId,
    occurredAt: timestampOf(occurredAt),
    sequence: BigInt(sequence),
  };
}
