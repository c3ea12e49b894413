/** What is known of an incoming link. */
export interface IncomingLink {
  /** A shard such as `venue/1`, or a gateway's incarnation. */
  readonly source: string;
  /** Of its last input that had an effect. */
  number: number;
  /** The chain after it; 0 for gateways. */
  chain: bigint;
  /** Log time of it. */
  lastInputAt: number;
}

/** A gateway's incarnation is forgotten so long after its last input, in milliseconds of log time (S4). */
const FORGOTTEN_AFTER = 60_000;

/** The links that lead to a shard. Shards are never forgotten; a gateway's incarnation is when a new one appears. */
export class IncomingLinks {
  readonly #links = new Map<string, IncomingLink>();

  get(source: string): IncomingLink | undefined {
    return this.#links.get(source);
  }

  /** An input came over the link and had an effect. */
  advance(source: string, number: number, chain: bigint, logTime: number): void {
    const link = this.#links.get(source);
    if (link !== undefined) {
      link.number = number;
      link.chain = chain;
      link.lastInputAt = logTime;
      return;
    }
    if (!isShard(source)) this.#forget(logTime);
    this.#links.set(source, { source, number, chain, lastInputAt: logTime });
  }

  /** Puts an image's link in place. */
  restore(link: IncomingLink): void {
    this.#links.set(link.source, link);
  }

  /** By source. */
  all(): IncomingLink[] {
    // any order: sorted at once
    return [...this.#links.values()].sort((left, right) => (left.source < right.source ? -1 : 1));
  }

  #forget(logTime: number): void {
    // any order: each is kept or dropped for itself
    for (const link of this.#links.values()) {
      if (!isShard(link.source) && logTime - link.lastInputAt > FORGOTTEN_AFTER) this.#links.delete(link.source);
    }
  }
}

/** A shard's name has a slash, an incarnation never. */
function isShard(source: string): boolean {
  return source.includes("/");
}
