import { type Instrument, InstrumentSchema, MarketModelSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type Book, BookSchema, type Level, TradeSchema } from "@atlas/gen/atlas/market/v1/market_pb";
import { SideSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Command } from "commander";
import { refused, usage } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { table } from "../output/table.ts";
import { timeOf, wordOf } from "../output/words.ts";
import { collect, wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

export function instrumentsVerb(io: Io): Command {
  return verb("instruments", "Lists what can be traded.", ["instruments", "instruments --json"]).action(
    (options: CommonOptions) =>
      withAtlas(io, options, async (context) => {
        const instruments = await collect(100_000, async (pageSize, pageToken) => {
          const answer = await context.atlas.instruments.listInstruments({ pageSize, pageToken });
          return { entries: answer.instruments, nextPageToken: answer.nextPageToken };
        });
        print(context, InstrumentSchema, instruments, () => instrumentsText(instruments));
      }),
  );
}

function instrumentsText(instruments: readonly Instrument[]): string {
  return table(
    instruments,
    [
      { title: "instrument", of: (instrument) => instrument.instrumentId },
      { title: "tick", right: true, of: (instrument) => instrument.tick },
      { title: "lot", right: true, of: (instrument) => instrument.lot },
      { title: "max quantity", right: true, of: (instrument) => instrument.defaultMaximumQuantity },
      { title: "min notional", right: true, of: (instrument) => instrument.minimumNotional },
      { title: "max notional", right: true, of: (instrument) => instrument.maximumNotional },
      { title: "maker fee", right: true, of: (instrument) => instrument.makerFee },
      { title: "taker fee", right: true, of: (instrument) => instrument.takerFee },
      { title: "market", of: (instrument) => wordOf(MarketModelSchema, instrument.marketModel) },
    ],
    "no instruments",
  );
}

export function bookVerb(io: Io): Command {
  return verb("book", "Shows an instrument's book, best levels first.", ["book BTC-USD", "book ETH-USD --depth 5"])
    .argument("<instrument>", "such as BTC-USD")
    .option("--depth <n>", "levels a side", wholeNumber(1, "--depth"), 10)
    .action((instrumentId: string, options: CommonOptions & { depth: number }) =>
      withAtlas(io, options, async (context) => {
        const { book } = await context.atlas.market.getBook({ instrumentId, depth: options.depth });
        if (book === undefined) throw refused("the answer holds no book");
        print(context, BookSchema, [book], () => bookText(book));
      }),
    );
}

/** Bids on the left, asks on the right, the best of both on top. */
function bookText(book: Book): string {
  const rows = Array.from({ length: Math.max(book.bids.length, book.asks.length) }, (_, index) => ({
    bid: book.bids[index],
    ask: book.asks[index],
  }));
  const count = (level: Level | undefined) => (level === undefined ? "" : String(level.orderCount));
  return table(
    rows,
    [
      { title: "orders", right: true, of: ({ bid }) => count(bid) },
      { title: "quantity", right: true, of: ({ bid }) => bid?.quantity ?? "" },
      { title: "bid", right: true, of: ({ bid }) => bid?.price ?? "" },
      { title: "ask", of: ({ ask }) => ask?.price ?? "" },
      { title: "quantity", of: ({ ask }) => ask?.quantity ?? "" },
      { title: "orders", of: ({ ask }) => count(ask) },
    ],
    "the book is empty",
  );
}

export function tradesVerb(io: Io): Command {
  return verb("trades", "Lists an instrument's trades, newest first.", [
    "trades BTC-USD --last 25",
    "trades --instrument BTC-USD",
  ])
    .argument("[instrument]", "such as BTC-USD")
    .option("--instrument <id>", "the same")
    .option("--last <n>", "at most so many, the newest", wholeNumber(1, "--last"), 25)
    .action((named: string | undefined, options: CommonOptions & { last: number; instrument?: string }) =>
      withAtlas(io, options, async (context) => {
        const instrumentId = named ?? options.instrument;
        if (instrumentId === undefined) throw usage("which instrument? Such as: trades BTC-USD");
        if ((options.instrument ?? instrumentId) !== instrumentId) throw usage("one instrument at a time");
        const trades = await collect(options.last, async (pageSize, pageToken) => {
          const answer = await context.atlas.market.listTrades({ instrumentId, pageSize, pageToken });
          return { entries: answer.trades, nextPageToken: answer.nextPageToken };
        });
        print(context, TradeSchema, trades, () =>
          table(
            trades,
            [
              { title: "time", of: (trade) => timeOf(trade.occurredAt) },
              { title: "price", right: true, of: (trade) => trade.price },
              { title: "quantity", right: true, of: (trade) => trade.quantity },
              { title: "taker", of: (trade) => wordOf(SideSchema, trade.takerSide) },
              { title: "match", of: (trade) => trade.matchId },
            ],
            "no trades",
          ),
        );
      }),
    );
}
