/** A short-lived access token. */
export interface AccessToken {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Not used any more this close to its end. */
const MARGIN = 15_000;
/** A new one is fetched this long before the end. */
const RENEW_BEFORE = 60_000;
const KEY = "atlas.access";

/**
 * The tab's access token. It outlives a reload, so that reloading twice in a moment does not spend the refresh cookie twice;
 * it ends with the tab, and within minutes in any case.
 */
export class TokenShelf {
  readonly #storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly #now: () => number;
  #token: AccessToken | undefined;

  constructor(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">, now: () => number) {
    this.#storage = storage;
    this.#now = now;
    this.#token = readToken(storage.getItem(KEY));
  }

  /** Empty: there is none that works. */
  get text(): string {
    return this.#token !== undefined && this.#token.expiresAt - MARGIN > this.#now() ? this.#token.text : "";
  }

  /** Milliseconds until a new one is to be fetched. */
  get renewIn(): number {
    return this.#token === undefined ? 0 : Math.max(0, this.#token.expiresAt - RENEW_BEFORE - this.#now());
  }

  put(token: AccessToken): void {
    this.#token = token;
    this.#storage.setItem(KEY, JSON.stringify(token));
  }

  clear(): void {
    this.#token = undefined;
    this.#storage.removeItem(KEY);
  }
}

function readToken(kept: string | null): AccessToken | undefined {
  if (kept === null) return undefined;
  try {
    const { text, expiresAt } = JSON.parse(kept) as Partial<AccessToken>;
    return typeof text === "string" && typeof expiresAt === "number" ? { text, expiresAt } : undefined;
  } catch {
    return undefined;
  }
}
