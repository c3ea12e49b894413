import { type Book, CandleIntervalSchema, PhaseSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { LiquiditySchema, OrderStatusSchema, SideSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Contents } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { amountOf, timeOf, wordOf } from "./words.ts";

/** What a message of a stream holds, a line an entry. */
export function contentsText(contents: Contents): string[] {
  const { book, ticker, marketState } = contents;
  return [
    ...contents.orders.map(
      (order) =>
        `${order.orderId} ${order.instrumentId} ${wordOf(SideSchema, order.side)} ${order.quantity}` +
        ` ${order.limitPrice || "MARKET"} ${wordOf(OrderStatusSchema, order.status)} filled ${order.cumulativeQuantity}`,
    ),
    ...contents.fills.map(
      (fill) =>
        `${timeOf(fill.occurredAt)} ${fill.instrumentId} ${wordOf(SideSchema, fill.side)} ${fill.quantity} at ${fill.price}` +
        ` ${wordOf(LiquiditySchema, fill.liquidity)} fee ${amountOf(fill.fee)} order ${fill.orderId}`,
    ),
    ...contents.balances.map(
      (balance) => `${balance.asset} ${balance.available} available, ${balance.reserved} reserved`,
    ),
    ...contents.positions.map(
      (position) => `${position.instrumentId} ${position.quantity} at ${position.averagePrice || "-"}`,
    ),
    ...(book === undefined ? [] : bookLines(book)),
    ...contents.trades.map(
      (trade) =>
        `${timeOf(trade.occurredAt)} ${trade.instrumentId} ${trade.quantity} at ${trade.price} ${wordOf(SideSchema, trade.takerSide)}`,
    ),
    ...(ticker === undefined
      ? []
      : [
          `${ticker.instrumentId} bid ${ticker.bid || "-"} ask ${ticker.ask || "-"} last ${ticker.last || "-"}` +
            ` high ${ticker.high || "-"} low ${ticker.low || "-"} volume ${ticker.volume || "0"}`,
        ]),
    ...contents.candles.map(
      (candle) =>
        `${timeOf(candle.startTime)} ${candle.instrumentId} ${wordOf(CandleIntervalSchema, candle.interval)}` +
        ` open ${candle.open} high ${candle.high} low ${candle.low} close ${candle.close} volume ${candle.volume}`,
    ),
    ...(marketState === undefined ? [] : [`${marketState.instrumentId} ${wordOf(PhaseSchema, marketState.phase)}`]),
    ...contents.notices.map((notice) => `${timeOf(notice.occurredAt)} ${notice.message}`),
  ];
}

/** Levels as they come, asks above bids as on a ladder. */
function bookLines(book: Book): string[] {
  const asks = [...book.asks].reverse().map((level) => `ask ${level.price}  ${level.quantity} (${level.orderCount})`);
  const bids = book.bids.map((level) => `bid ${level.price}  ${level.quantity} (${level.orderCount})`);
  return [...asks, ...bids].map((line) => `${book.instrumentId} ${book.sequence} ${line}`);
}
