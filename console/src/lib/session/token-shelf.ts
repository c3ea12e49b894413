/** A short-lived access token. */
export interface AccessToken {
  readonly text: string;
  /** Milliseconds that it works for, by the server's clock when it gave it. */
  readonly lifetime: number;
  /** When it was received, by this machine's clocks. */
  readonly received: Instant;
}

/** One moment by two clocks, in milliseconds. */
export interface Instant {
  /** Only rises, from wherever the page began. On most systems it stands still while the machine sleeps. */
  readonly steady: number;
  /** Since the epoch; it may be wrong, and somebody may set it. */
  readonly wall: number;
}

/** Not used any more this close to its end. */
const MARGIN = 15_000;
/** A new one is fetched this long before the end. */
const RENEW_BEFORE = 60_000;
const KEY = "atlas.access";

/**
 * The tab's access token. It outlives a reload, so that reloading twice in a moment does not spend the refresh cookie twice;
 * it ends with the tab, and within minutes in any case. How old it is goes by the time since it was received, never by what
 * this machine takes the time of day to be: that may be off by minutes or days.
 */
export class TokenShelf {
  readonly #storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly #now: () => Instant;
  #token: AccessToken | undefined;

  constructor(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">, now: () => Instant) {
    this.#storage = storage;
    this.#now = now;
    this.#token = readToken(storage.getItem(KEY), now());
  }

  /** Empty: there is none that can work. After a sleep, or a clock set ahead, the platform says whether this one does. */
  get text(): string {
    if (this.#token === undefined) return "";
    const age = this.#now().steady - this.#token.received.steady;
    return age < this.#token.lifetime - MARGIN ? this.#token.text : "";
  }

  /** Milliseconds until a new one is to be fetched. The wall's clock counts the sleep that the steady one may not. */
  get renewIn(): number {
    if (this.#token === undefined) return 0;
    const { lifetime, received } = this.#token;
    const { steady, wall } = this.#now();
    const age = Math.max(steady - received.steady, wall - received.wall);
    return Math.max(0, lifetime - RENEW_BEFORE - age);
  }

  put(token: AccessToken): void {
    this.#token = token;
    const { text, lifetime, received } = token;
    // The next page's steady clock begins anew.
    this.#storage.setItem(KEY, JSON.stringify({ text, lifetime, receivedAt: received.wall }));
  }

  clear(): void {
    this.#token = undefined;
    this.#storage.removeItem(KEY);
  }
}

function readToken(kept: string | null, now: Instant): AccessToken | undefined {
  if (kept === null) return undefined;
  try {
    const { text, lifetime, receivedAt } = (JSON.parse(kept) ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof text !== "string" || typeof lifetime !== "number" || typeof receivedAt !== "number") return undefined;
    // Less than nothing: the clock was set back since, and how old it is only the platform knows.
    const age = Math.max(0, now.wall - receivedAt);
    return { text, lifetime, received: { steady: now.steady - age, wall: now.wall - age } };
  } catch {
    return undefined;
  }
}
