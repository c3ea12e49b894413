/** A page of the server, newest rows first. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the next one starts; empty: this was the last. */
  readonly nextPageToken: string;
}

/** Rows read page by page, newest first, each once. */
export class PagedRows<Row> {
  readonly #keyOf: (row: Row) => string;
  #rows: readonly Row[] = [];
  #places = new Map<string, number>();
  #nextPageToken = "";
  #isBegun = false;

  constructor(keyOf: (row: Row) => string) {
    this.#keyOf = keyOf;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  get nextPageToken(): string {
    return this.#nextPageToken;
  }

  /** The last page has been read. */
  get isComplete(): boolean {
    return this.#isBegun && this.#nextPageToken === "";
  }

  has(row: Row): boolean {
    return this.#places.has(this.#keyOf(row));
  }

  /** The page behind those read. */
  add({ rows, nextPageToken }: Page<Row>): void {
    this.#isBegun = true;
    this.#nextPageToken = nextPageToken;
    this.#set([...this.#rows, ...rows.filter((row) => !this.has(row))]);
  }

  /** The first page read again: what is new goes before. If it does not reach what is held, it begins anew. */
  renew(page: Page<Row>): void {
    const reaches = page.nextPageToken === "" || page.rows.some((row) => this.has(row));
    if (!reaches || this.#rows.length === 0) {
      this.#set([]);
      this.add(page);
      return;
    }
    const renewed = new Set(page.rows.map(this.#keyOf));
    this.#set([...page.rows, ...this.#rows.filter((row) => !renewed.has(this.#keyOf(row)))]);
  }

  /** Replaces the row of that key, if it has been read; false: it has not. */
  replace(row: Row): boolean {
    const place = this.#places.get(this.#keyOf(row));
    if (place === undefined) return false;
    this.#rows = this.#rows.with(place, row);
    return true;
  }

  #set(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#places = new Map(rows.map((row, place) => [this.#keyOf(row), place]));
  }
}
