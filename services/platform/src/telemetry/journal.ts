/** What a line says besides its message: ids, numbers, reasons. Never a secret, a token or a person's name. */
export type JournalFacts = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** The structured log. Lines that concern an order carry `orderId`. */
export interface Journal {
  /** Whether `debug` is written: asked before facts are gathered on the hot path. */
  readonly debugs: boolean;
  /** A decision. */
  debug(message: string, facts: JournalFacts): void;
  /** A change in the platform's life. */
  info(message: string, facts: JournalFacts): void;
  /** A problem that somebody should look at. */
  warn(message: string, facts: JournalFacts): void;
  /** A defect. */
  error(message: string, facts: JournalFacts, cause?: unknown): void;
}

/** Writes nothing. */
export const silentJournal: Journal = {
  debugs: false,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
