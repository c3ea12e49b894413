import type { Clock } from "../ports/clock.ts";
import { type Appended, type Log, LogUnavailable } from "../ports/log.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import type { InputPartition } from "./shard-name.ts";

/** Something to be written. */
export interface OutboxEntry {
  /** Rising in what is added. */
  readonly number: number;
  /** Sequence of what it says: of the event, or of the input. */
  readonly sequence: number;
}

/** How entries become one record. */
export interface Framing<Entry extends OutboxEntry> {
  /** A record of the first entries, at least one, and how many it took. The same entries give the same bytes. */
  frame(entries: readonly Entry[]): { bytes: Uint8Array; count: number };
  /** Everything through this number stands on the log at this offset or before. */
  acknowledged(number: number, appended: Appended): void;
}

export interface OutboxOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly topic: string;
  readonly partition: number;
  /** Milliseconds that an entry may wait for company (S16); 0: none. */
  readonly patience: number;
  /** Called when the log answers neither yes nor no, or no; the same bytes are sent again. */
  readonly troubled: (error: Error) => void;
}

/** Of an outbox of a shard: what the log does not say is told to a person. */
export function outboxOptions(
  { log, clock, warn }: OwnerPorts,
  shard: string,
  { topic, partition }: InputPartition,
  patience: number,
): OutboxOptions {
  const troubled = (error: Error) =>
    warn("an append has no known result", { shard, topic, partition, reason: error.message });
  return { log, clock, topic, partition, patience, troubled };
}

/** Before the same bytes are sent again to a log that was away or did not say. */
const RETRY = 50;

/**
 * What a shard writes to one partition: one append in flight, the next is cut when it is acknowledged, from what has
 * gathered (S3, S16). An append whose result is unknown is sent again with the same bytes, for ever.
 */
export class Outbox<Entry extends OutboxEntry> {
  readonly #options: OutboxOptions;
  readonly #framing: Framing<Entry>;
  #entries: Entry[] = [];
  #inFlight = false;
  #waiting = false;
  #closed = false;
  #emptied: (() => void)[] = [];

  constructor(options: OutboxOptions, framing: Framing<Entry>) {
    this.#options = options;
    this.#framing = framing;
  }

  /** Entries that are not acknowledged. */
  get backlog(): number {
    return this.#entries.length;
  }

  /** Sequence of the oldest entry that is not acknowledged; `undefined`: none. */
  get oldest(): number | undefined {
    return this.#entries[0]?.sequence;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#inFlight || this.#waiting || this.#closed) return;
    this.#waiting = true;
    if (this.#options.patience === 0) this.#options.clock.soon(() => this.#wake());
    else this.#options.clock.after(this.#options.patience, () => this.#wake());
  }

  /** Resolves when everything added is acknowledged. */
  emptied(): Promise<void> {
    if (this.#entries.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Sends nothing more; what is in flight may still land. */
  close(): void {
    this.#closed = true;
  }

  #wake(): void {
    this.#waiting = false;
    if (!this.#inFlight) this.#cut();
  }

  #cut(): void {
    if (this.#closed || this.#entries.length === 0) return;
    this.#inFlight = true;
    const { bytes, count } = this.#framing.frame(this.#entries);
    this.#send(bytes, count);
  }

  #send(bytes: Uint8Array, count: number): void {
    const { log, topic, partition, clock } = this.#options;
    log.append(topic, partition, bytes).then(
      (appended) => this.#done(appended, count),
      (error: Error) => {
        if (this.#closed) return;
        if (!(error instanceof LogUnavailable)) this.#options.troubled(error);
        clock.after(RETRY, () => {
          if (!this.#closed) this.#send(bytes, count);
        });
      },
    );
  }

  #done(appended: Appended, count: number): void {
    this.#inFlight = false;
    const last = this.#entries[count - 1] as Entry;
    this.#entries = this.#entries.slice(count);
    this.#framing.acknowledged(last.number, appended);
    if (this.#entries.length === 0) for (const resolve of this.#emptied.splice(0)) resolve();
    else this.#cut();
  }
}
