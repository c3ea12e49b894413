import { wordsOfError } from "../rpc/refusal.ts";
import { type HistorySource, LARGE_PAGE, readAgain, readEvery, readNewest } from "./history-reads.ts";
import { PagedRows } from "./paged-rows.ts";

const PAGE = 200;
/** Rows that are read to be sorted: more would take long and much. */
export const MOST_SORTED = 20_000;
/** The first page is read again at most so often. */
const RENEW = 1_000;

/** Rows of a server's list: further pages as they are looked at, new ones as they come about. */
export class History<Row> {
  /** `undefined`: nothing is known yet. */
  rows = $state.raw<readonly Row[]>();
  isComplete = $state(false);
  isReading = $state(false);
  /** Why the last read came to nothing; empty: it came. */
  problem = $state("");
  readonly #source: HistorySource<Row>;
  #pages: PagedRows<Row>;
  readonly #closing = new AbortController();
  /** What is shown may be wrong anywhere. */
  #isDoubtful = false;
  #renewing: ReturnType<typeof setTimeout> | undefined;
  /** One read at a time: pages are told in order. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(source: HistorySource<Row>) {
    this.#source = source;
    this.#pages = new PagedRows((row) => source.keyOf(row));
  }

  /** Stays the same as long as the row means the same thing. */
  keyOf(row: Row): string {
    return this.#source.keyOf(row);
  }

  /** Reads on until there is something more to see. */
  readMore(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isDoubtful) await this.#readAgain();
      const before = this.rows?.length ?? 0;
      do await this.#readPage(PAGE);
      while (!this.isComplete && (this.rows?.length ?? 0) === before);
    });
  }

  /** Reads all that can be sorted. */
  readAll(): Promise<void> {
    return this.#inTurn(async () => {
      while (!this.isComplete && this.#pages.rows.length < MOST_SORTED) await this.#readPage(LARGE_PAGE);
    });
  }

  /** Something happened that the list may tell of. */
  renewSoon(): void {
    this.#renewing ??= setTimeout(() => {
      this.#renewing = undefined;
      void this.#inTurn(() => (this.#isDoubtful ? this.#readAgain() : this.#renew()));
    }, RENEW);
  }

  /** Much may have happened, to any row: all that has been read is read again. */
  rereadSoon(): void {
    this.#isDoubtful = true;
    this.renewSoon();
  }

  /** A row changed. */
  replace(row: Row): void {
    if (this.#pages.replace(row)) this.#show();
  }

  /** Time has passed: what was of the period may be so no more. */
  lookAgain(): void {
    if (this.rows !== undefined) this.#show();
  }

  /** Every row there is, by pages of their own; `told` hears how many have come. */
  export(told: (count: number) => void): Promise<Row[]> {
    return readEvery(this.#source, told, this.#closing.signal);
  }

  close(): void {
    clearTimeout(this.#renewing);
    this.#closing.abort();
  }

  /** The first page again; where the first read of it failed, for the first time. */
  async #renew(): Promise<void> {
    const isKnown = (row: Row) => this.#pages.has(row);
    this.#pages.renew(await readNewest(this.#source, PAGE, isKnown, this.#closing.signal));
    this.#show();
  }

  /** As far as it had been read; it is shown when all of it is there, so that nobody who scrolled is thrown back. */
  async #readAgain(): Promise<void> {
    this.#pages = await readAgain(this.#source, this.#pages.rows.length, this.#closing.signal);
    this.#isDoubtful = false;
    this.#show();
  }

  async #readPage(size: number): Promise<void> {
    if (this.isComplete) return;
    this.#pages.add(await this.#source.read(this.#pages.nextPageToken, size, this.#closing.signal));
    this.#show();
  }

  #inTurn(read: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    this.isReading = true;
    this.#last = this.#last.then(async () => {
      try {
        if (this.#closing.signal.aborted) return;
        await read();
        this.problem = "";
      } catch (error) {
        if (!this.#closing.signal.aborted) this.problem = wordsOfError(error);
      } finally {
        this.#waiting -= 1;
        this.isReading = this.#waiting > 0;
      }
    });
    return this.#last;
  }

  #show(): void {
    this.rows = this.#pages.rows.filter((row) => this.#source.matches(row));
    this.isComplete = this.#pages.isComplete;
  }
}
