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

/** What an outbox tells, whatever it sends. */
export type OutboxState = Pick<Outbox<OutboxEntry>, "backlog" | "oldest" | "emptied" | "place" | "untakenFor">;

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
  /** Written before, and now once more, ahead of all others. */
  #again: readonly Entry[] = [];
  /** Clock's monotonic milliseconds at which the append that is in flight was first sent; `undefined`: none is. */
  #sentAt: number | undefined;
  #isHeld = false;
  #waiting = false;
  #closed = false;
  #emptied: (() => void)[] = [];
  /** They wait until nothing is in flight, and nothing to be sent again is left. */
  #rested: (() => void)[] = [];

  constructor(options: OutboxOptions, framing: Framing<Entry>) {
    this.#options = options;
    this.#framing = framing;
  }

  /** Entries that are not acknowledged. */
  get backlog(): number {
    return this.#again.length + this.#entries.length;
  }

  /** Number of the last entry that is not acknowledged; `undefined`: none. */
  get last(): number | undefined {
    return this.#entries[this.#entries.length - 1]?.number;
  }

  /** Milliseconds for which the log has not taken what stands first. */
  get untakenFor(): number {
    if (this.#sentAt === undefined || this.#closed) return 0;
    return this.#options.clock.monotonic() - this.#sentAt;
  }

  /** Where it writes to, such as `orders.events/3`. */
  get place(): string {
    return `${this.#options.topic}/${this.#options.partition}`;
  }

  /** Sequence of the oldest entry that is not acknowledged; `undefined`: none. */
  get oldest(): number | undefined {
    return this.#entries[0]?.sequence;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#isSending || this.#waiting || this.#closed) return;
    this.#waiting = true;
    if (this.#options.patience === 0) this.#options.clock.soon(() => this.#wake());
    else this.#options.clock.after(this.#options.patience, () => this.#wake());
  }

  /** Resolves when everything added is acknowledged. */
  emptied(): Promise<void> {
    if (this.backlog === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Nothing new leaves until `release`. Resolves when what is in flight is acknowledged. */
  hold(): Promise<void> {
    this.#isHeld = true;
    return this.#rest();
  }

  /** Writes once more what was written before; only while nothing new leaves. Resolves when it is acknowledged. */
  sendAgain(entries: readonly Entry[]): Promise<void> {
    this.#again = entries;
    this.#cut();
    return this.#rest();
  }

  release(): void {
    this.#isHeld = false;
    if (!this.#isSending) this.#cut();
  }

  /** Sends nothing more; what is in flight may still land. */
  close(): void {
    this.#closed = true;
    for (const resolve of this.#rested.splice(0)) resolve();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get #isSending(): boolean {
    return this.#sentAt !== undefined;
  }

  #wake(): void {
    this.#waiting = false;
    if (!this.#isSending) this.#cut();
  }

  #rest(): Promise<void> {
    if (!this.#isSending || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#rested.push(resolve));
  }

  #cut(): void {
    const next = this.#isHeld || this.#again.length > 0 ? this.#again : this.#entries;
    if (this.#closed || next.length === 0) return;
    this.#sentAt = this.#options.clock.monotonic();
    const { bytes, count } = this.#framing.frame(next);
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
    this.#sentAt = undefined;
    // Only while nothing new leaves is anything sent again: what was in flight is of these, or of those.
    const sent = this.#again.length > 0 ? this.#again : this.#entries;
    const last = sent[count - 1] as Entry;
    if (sent === this.#entries) this.#entries = this.#entries.slice(count);
    else this.#again = this.#again.slice(count);
    this.#framing.acknowledged(last.number, appended);
    if (this.backlog === 0) for (const resolve of this.#emptied.splice(0)) resolve();
    this.#cut();
    if (!this.#isSending) for (const resolve of this.#rested.splice(0)) resolve();
  }
}
