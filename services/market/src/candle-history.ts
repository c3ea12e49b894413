import type { Store, StoreItem, StorePut } from "@atlas/platform/ports/store";
import type { CandleTerms } from "./candle-interval.ts";
import { type CandleRow, type CandleSeries, rowOf } from "./candle-series.ts";

const TABLE = "atlas_history";
/** Intervals in a block: an item of the store. */
const BLOCK = 256;
/** Blocks that are read at a time. */
const BLOCKS_READ = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Complete candles in the store, in blocks of 256 intervals. A block is a function of the log, so that whoever writes
 * it again writes the same, or the same and more: the sequence of its last candle is its version.
 */
export class CandleHistory {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The items that bring the store from `savedThrough` (a candle's start) to the newest complete candle. */
  puts(instrumentId: string, series: CandleSeries, savedThrough: number): StorePut[] {
    const span = BLOCK * series.terms.length;
    const first = savedThrough - (savedThrough % span);
    const rows = series.completeSince(first).map(rowOf);
    const puts: StorePut[] = [];
    for (let from = 0; from < rows.length; ) {
      const number = Math.floor((rows[from] as CandleRow)[0] / span);
      let to = from + 1;
      while (to < rows.length && Math.floor((rows[to] as CandleRow)[0] / span) === number) to++;
      if ((rows[to - 1] as CandleRow)[0] > savedThrough) {
        puts.push({ table: TABLE, item: itemOf(instrumentId, series.terms, number, rows.slice(from, to)) });
      }
      from = to;
    }
    return puts;
  }

  /** Stored candles with `from <= start < to`, oldest first: `limit` of them or a few more, the newest or the oldest. */
  async read(
    instrumentId: string,
    terms: CandleTerms,
    range: { from: number; to: number },
    limit: number,
    newest: boolean,
  ): Promise<CandleRow[]> {
    const span = BLOCK * terms.length;
    const rows: CandleRow[] = [];
    let first = Math.max(0, Math.floor(range.from / span));
    let last = Math.floor(range.to / span);
    while (rows.length < limit && first <= last) {
      const blocks = await this.#store.query(TABLE, {
        partition: partitionOf(instrumentId, terms),
        from: sortOf(first),
        to: sortOf(last + 1),
        limit: BLOCKS_READ,
        descending: newest,
      });
      const found = (newest ? [...blocks].reverse() : blocks)
        .flatMap((item) => rowsOf(item))
        .filter(([start]) => start >= range.from && start < range.to);
      if (newest) rows.unshift(...found);
      else rows.push(...found);
      if (blocks.length < BLOCKS_READ) break;
      const end = Number(blocks.at(-1)?.sort);
      if (newest) last = end - 1;
      else first = end + 1;
    }
    return rows;
  }

  /** Removes what is older than its interval keeps; asks once for a block that has become too old. */
  async forget(instrumentId: string, terms: CandleTerms, before: number): Promise<void> {
    const blocks = await this.#store.query(TABLE, {
      partition: partitionOf(instrumentId, terms),
      to: sortOf(Math.max(0, Math.floor(before / (BLOCK * terms.length)))),
      limit: 1_000,
    });
    if (blocks.length > 0) {
      await this.#store.remove(
        TABLE,
        blocks.map((item) => item.key),
      );
    }
  }
}

function itemOf(instrumentId: string, terms: CandleTerms, number: number, rows: readonly CandleRow[]): StoreItem {
  const partition = partitionOf(instrumentId, terms);
  const sort = sortOf(number);
  const last = rows.at(-1) as CandleRow;
  return { key: `${partition}/${sort}`, version: last[7], partition, sort, body: encoder.encode(JSON.stringify(rows)) };
}

function rowsOf(item: StoreItem): CandleRow[] {
  return JSON.parse(decoder.decode(item.body)) as CandleRow[];
}

function partitionOf(instrumentId: string, terms: CandleTerms): string {
  return `candles/${instrumentId}/${terms.length / 1_000}`;
}

function sortOf(block: number): string {
  return String(block).padStart(12, "0");
}
