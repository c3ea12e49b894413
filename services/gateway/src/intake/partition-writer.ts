import type { Codec } from "@atlas/gen/codec/codec";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import { AppendUnknown, type Log, LogUnavailable } from "@atlas/platform/ports/log";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Trace } from "@atlas/platform/telemetry/trace";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";

/** Weight of a frame, at most: well below what the log takes, for weights are upper bounds. */
const FRAME_WEIGHT = 3_000_000;
const FIRST_WAIT = 10;
const LONGEST_WAIT = 500;

/** A message on its way to the log. */
export interface Outgoing<M> {
  readonly message: M;
  /** At least the bytes that it takes, at most 3,000,000. */
  readonly weight: number;
  /** Clock's monotonic milliseconds from which on logging it is of no use. */
  readonly giveUpAt: number;
  /** Nobody waits for it any more: it is left out of the next frame. */
  readonly abandoned: boolean;
  /** Whether it may stand on the log, or come to: set by the writer. */
  mayStand: boolean;
  /** Of the call that handed it over: set by the writer. */
  trace: Trace | undefined;
  /** It does not stand on the log and never will. */
  dropped(): void;
  /** It stands on the log. */
  logged?(): void;
}

export interface PartitionWriterOptions<M> {
  readonly log: Log;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly journal: Journal;
  readonly traces: Traces;
  readonly topic: string;
  readonly partition: number;
  readonly codec: Codec<M>;
  /** The gateway's incarnation: the link's name. */
  readonly source: string;
  /** Weight of a frame, at most, or a single message; absent: as much as the log takes. */
  readonly frameWeight?: number | undefined;
  /** A frame that was handed over at `sentAt`, by this clock, was stamped `appendTime` by the log's. */
  readonly appended?: (sentAt: number, appendTime: number) => void;
}

interface SentFrame<M> {
  readonly items: readonly Outgoing<M>[];
  readonly bytes: Uint8Array;
  /** An attempt had no clear end: from then on only the same bytes may be sent. */
  unknown: boolean;
  wait: number;
}

/**
 * A gateway's link to one shard: what is handed over goes to the shard's input partition in frames with rising numbers.
 * One frame is in flight; what gathers meanwhile goes with the next (S16, no timer). A frame of unknown result is sent
 * again with the same bytes until the log has it, and nothing is sent before that (S3). A frame that certainly was not
 * written is taken apart: what is still wanted gets new numbers, the rest is dropped and its numbers stay a hole (S4).
 * A frame is sent, and sent again, under the trace of the first call that has something in it.
 */
export class PartitionWriter<M> {
  readonly #options: PartitionWriterOptions<M>;
  #queue: Outgoing<M>[] = [];
  #queuedWeight = 0;
  #nextNumber = 1;
  #busy = false;
  #waitAfterOutage = FIRST_WAIT;
  /** Clock's monotonic milliseconds since which the log has taken nothing, though something waited; `undefined`: it takes it. */
  #untakenSince: number | undefined;
  #stopped = false;

  constructor(options: PartitionWriterOptions<M>) {
    this.#options = options;
  }

  /** Upper bound of the bytes that wait for a frame. */
  get queuedWeight(): number {
    return this.#queuedWeight;
  }

  /** Milliseconds for which the log has taken nothing, though something waits. */
  get untakenFor(): number {
    if (this.#untakenSince === undefined || this.#stopped) return 0;
    return this.#options.clock.monotonic() - this.#untakenSince;
  }

  /** Where it writes to, such as `orders.commands/3`. */
  get place(): string {
    return `${this.#options.topic}/${this.#options.partition}`;
  }

  push(item: Outgoing<M>): void {
    if (this.#stopped) {
      item.dropped();
      return;
    }
    item.trace = this.#options.traces.current();
    this.#queue.push(item);
    this.#queuedWeight += item.weight;
    if (this.#busy) return;
    this.#busy = true;
    this.#options.clock.soon(() => this.#next());
  }

  /** Drops what was not sent; a frame in flight is left to its fate. */
  stop(): void {
    this.#stopped = true;
    const waiting = this.#queue;
    this.#queue = [];
    this.#queuedWeight = 0;
    for (const item of waiting) item.dropped();
  }

  #next(): void {
    const items = this.#take();
    if (items.length === 0) {
      this.#busy = false;
      this.#untakenSince = undefined;
      return;
    }
    // One frame follows the other, but not on behalf of the call that the other was sent for.
    this.#onBehalfOf(items, () => this.#send(items));
  }

  #onBehalfOf(items: readonly Outgoing<M>[], action: () => void): void {
    this.#options.traces.run(items[0]?.trace, action);
  }

  #send(items: readonly Outgoing<M>[]): void {
    const bytes = this.#encode(items);
    if (bytes !== undefined) this.#append({ items, bytes, unknown: false, wait: FIRST_WAIT });
  }

  /** What fits a frame, without what is not wanted any more. */
  #take(): Outgoing<M>[] {
    const now = this.#options.clock.monotonic();
    const most = this.#options.frameWeight ?? FRAME_WEIGHT;
    const taken: Outgoing<M>[] = [];
    let weight = 0;
    let index = 0;
    for (; index < this.#queue.length; index++) {
      const item = this.#queue[index] as Outgoing<M>;
      if (taken.length > 0 && weight + item.weight > most) break;
      this.#queuedWeight -= item.weight;
      if (item.abandoned) continue;
      if (item.giveUpAt <= now) {
        item.dropped();
        continue;
      }
      weight += item.weight;
      item.mayStand = true;
      taken.push(item);
    }
    this.#queue = index === this.#queue.length ? [] : this.#queue.slice(index);
    return taken;
  }

  /** A message that cannot be encoded is a defect of who let it in: its frame is dropped, the link goes on. */
  #encode(items: readonly Outgoing<M>[]): Uint8Array | undefined {
    const { clock, codec, digest, journal, source, topic } = this.#options;
    const firstNumber = this.#nextNumber;
    this.#nextNumber += items.length;
    const messages = items.map((item) => item.message);
    try {
      return encodeFrameOf(codec, { source, writer: source, firstNumber: BigInt(firstNumber) }, messages, digest);
    } catch (error) {
      journal.error("a frame of commands could not be encoded", { topic }, error);
      this.#drop(items);
      clock.soon(() => this.#next());
      return undefined;
    }
  }

  #append(frame: SentFrame<M>): void {
    const { log, clock, topic, partition, appended } = this.#options;
    const sentAt = clock.now();
    this.#untakenSince ??= clock.monotonic();
    log.append(topic, partition, frame.bytes).then(
      ({ appendTime }) => {
        appended?.(sentAt, appendTime);
        this.#waitAfterOutage = FIRST_WAIT;
        this.#untakenSince = undefined;
        for (const item of frame.items) item.logged?.();
        this.#next();
      },
      (error: Error) => this.#failed(frame, error),
    );
  }

  #failed(frame: SentFrame<M>, error: Error): void {
    const { clock, journal, topic, partition } = this.#options;
    journal.warn("a frame of commands was not acknowledged", { topic, partition, problem: error.message });
    if (error instanceof AppendUnknown) frame.unknown = true;
    if (frame.unknown) {
      if (this.#stopped) return;
      clock.after(frame.wait, () => this.#onBehalfOf(frame.items, () => this.#append(frame)));
      frame.wait = Math.min(frame.wait * 2, LONGEST_WAIT);
      return;
    }
    this.#takeBack(frame, error instanceof LogUnavailable);
    clock.after(this.#waitAfterOutage, () => this.#next());
    this.#waitAfterOutage = Math.min(this.#waitAfterOutage * 2, LONGEST_WAIT);
  }

  /** The frame certainly does not stand on the log. */
  #takeBack(frame: SentFrame<M>, again: boolean): void {
    if (!again || this.#stopped) {
      this.#drop(frame.items);
      return;
    }
    for (const item of frame.items) {
      item.mayStand = false;
      this.#queuedWeight += item.weight;
    }
    this.#queue = [...frame.items, ...this.#queue];
  }

  #drop(items: readonly Outgoing<M>[]): void {
    for (const item of items) {
      item.mayStand = false;
      item.dropped();
    }
  }
}
