import { applyDelta, type BookView, passSequence, viewOf } from "@atlas/domain/market/book-view";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import type { Level, MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import { topics } from "@atlas/platform/topic/topics";
import type { Findings, Rule } from "./findings.ts";
import { sequenced } from "./frame-walk.ts";
import type { LogSource } from "./log-source.ts";
import { sequenceRules } from "./sequence-rules.ts";
import { unitsOf } from "./shard-books.ts";

/** Market data is gapless by instrument (I11), and the books that it makes are never crossed (I9). */
export async function checkMarketData(source: LogSource, findings: Findings): Promise<void> {
  const uncrossed = findings.rule("I9", "books after a change are not crossed and hold no empty level");
  const gapless = findings.rule("I11", "market events follow each other by instrument");
  const rules = sequenceRules(findings);
  for (let partition = 0; partition < source.partitions.venue; partition++) {
    const books = new Map<string, BookView>();
    for await (const { message } of sequenced(source, topics.marketData.name, partition, MarketEventCodec, rules)) {
      follow(books, message, gapless, uncrossed);
    }
  }
}

function follow(books: Map<string, BookView>, event: MarketEvent, gapless: Rule, uncrossed: Rule): void {
  const sequence = Number(event.sequence);
  const { instrumentId, event: body } = event;
  const view = books.get(instrumentId);
  gapless.see();
  if (body.case === "snapshot" || view === undefined) {
    const levels = body.case === "snapshot" ? body.value : { bids: [], asks: [] };
    // A log that was trimmed begins in the middle: the book is what is seen of it.
    books.set(instrumentId, viewOf({ sequence, bids: levels.bids.map(levelOf), asks: levels.asks.map(levelOf) }));
    return;
  }
  const before = view.sequence;
  const answer =
    body.case === "delta"
      ? applyDelta(view, { sequence, bids: body.value.bids.map(levelOf), asks: body.value.asks.map(levelOf) })
      : passSequence(view, sequence);
  if (answer !== "APPLIED") gapless.broken(`${instrumentId}: ${sequence} comes after ${before}`);
  if (answer === "GAP") view.sequence = sequence;
  if (body.case !== "delta") return;
  uncrossed.see();
  const bid = view.bids[0];
  const ask = view.asks[0];
  if (bid !== undefined && ask !== undefined && bid.priceTicks >= ask.priceTicks) {
    uncrossed.broken(`${instrumentId} is crossed after ${sequence}`);
  }
  if ([...body.value.bids, ...body.value.asks].some((level) => (level.quantity === "0") !== (level.orderCount === 0))) {
    uncrossed.broken(`${instrumentId} has an empty level at ${sequence}`);
  }
}

/** Prices and quantities in units of 1e-8: as good as ticks for their order. */
function levelOf({ price, quantity, orderCount }: Level) {
  return { priceTicks: Number(unitsOf(price)), quantityLots: Number(unitsOf(quantity)), orderCount };
}
