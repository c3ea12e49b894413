import { type Clock, sleep } from "../ports/clock.ts";
import {
  type Appended,
  AppendUnknown,
  type Log,
  type LogRange,
  type LogRecord,
  LogUnavailable,
  RECORD_BYTES,
  type Tail,
  type TailReceiver,
} from "../ports/log.ts";
import { LogFollower } from "../tail/log-follower.ts";
import { MemoryPartition } from "./memory-partition.ts";

/** What befalls one append. */
export type AppendFault =
  /** `LogUnavailable`: nothing is written. */
  | { readonly kind: "refused" }
  /** `AppendUnknown`: nothing is written. */
  | { readonly kind: "lost" }
  /** `AppendUnknown`, though it is written at once (F1). */
  | { readonly kind: "answer-lost" }
  /** `AppendUnknown` at once; it is written `milliseconds` later, behind whatever came meanwhile (F11). */
  | { readonly kind: "lands-late"; readonly milliseconds: number }
  /** Written and answered `milliseconds` later; other appends may overtake it. */
  | { readonly kind: "delayed"; readonly milliseconds: number }
  /** Written at once, answered `milliseconds` later. */
  | { readonly kind: "answered-late"; readonly milliseconds: number }
  /** Written twice, as after a repeat that the caller does not know of (S4). */
  | { readonly kind: "doubled" }
  /** Its last bit is flipped as it is written, and the caller told that it stands (F13). */
  | { readonly kind: "damaged" };

export interface AppendAttempt {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Uint8Array;
}

export interface MemoryLogOptions {
  readonly clock: Clock;
  /** Asked once for each append. */
  readonly fault?: (attempt: AppendAttempt) => AppendFault | undefined;
  /** Milliseconds by which a tail hears of a record after it was written; asked once for each record. */
  readonly lag?: (topic: string, partition: number) => number;
  /** Told of each record as it is written. */
  readonly written?: (topic: string, partition: number, record: LogRecord) => void;
  /** What a tail keeps for a busy receiver. */
  readonly tailBytes?: number;
}

export interface MemoryLog extends Log {
  /** An outage: while it lasts everything rejects with `LogUnavailable` and tails stand still (F12). */
  setDown(down: boolean): void;
  /** Ends all tails; everything rejects from here on. What is stored stays readable through `reopen`. */
  close(): void;
  /** After `close`: the same content again, as a restarted process finds it. */
  reopen(): void;
}

/** A log in memory, for tests, the simulation and the browser. Appends of one turn are written together, in order. */
export function memoryLog(options: MemoryLogOptions): MemoryLog {
  return new ClockedLog(options);
}

class ClockedLog implements MemoryLog {
  readonly #options: MemoryLogOptions;
  readonly #partitions = new Map<string, MemoryPartition>();
  #closed = false;
  #down = false;

  constructor(options: MemoryLogOptions) {
    this.#options = options;
  }

  append(topic: string, partition: number, bytes: Uint8Array): Promise<Appended> {
    if (bytes.length < 1 || bytes.length > RECORD_BYTES) {
      return Promise.reject(new RangeError(`a record has 1 to ${RECORD_BYTES} bytes, not ${bytes.length}`));
    }
    return new Promise((resolve, reject) => {
      this.#options.clock.soon(() => this.#meetFault({ topic, partition, bytes }).then(resolve, reject));
    });
  }

  async read(topic: string, partition: number, from: number, maxBytes: number): Promise<readonly LogRecord[]> {
    this.#checkUp();
    return this.#partition(topic, partition).read(from, maxBytes);
  }

  async range(topic: string, partition: number): Promise<LogRange> {
    this.#checkUp();
    return this.#partition(topic, partition).range();
  }

  tail(topic: string, number: number, from: number, receiver: TailReceiver): Tail {
    const partition = this.#partition(topic, number);
    const bytes = this.#options.tailBytes ?? 1 << 20;
    const follower: LogFollower = new LogFollower(
      { end: () => partition.heard, read: (next, maxBytes) => this.read(topic, number, next, maxBytes) },
      from,
      receiver,
      { bufferBytes: bytes, readBytes: bytes, ended: () => partition.followers.delete(follower) },
    );
    partition.followers.add(follower);
    const aboveEnd = from > partition.end;
    this.#options.clock.soon(() => {
      if (this.#closed) follower.fail(new LogUnavailable("the log is closed"));
      else if (aboveEnd) follower.fail(new RangeError(`${topic}/${number}: ${from} is above the end`));
      else follower.wake();
    });
    return follower;
  }

  async trim(topic: string, partition: number, before: number): Promise<void> {
    this.#checkUp();
    this.#partition(topic, partition).trim(before);
  }

  setDown(down: boolean): void {
    this.#down = down;
    if (!down) for (const partition of this.#partitions.values()) partition.wake();
  }

  close(): void {
    this.#closed = true;
    for (const partition of this.#partitions.values()) {
      for (const follower of [...partition.followers]) follower.fail(new LogUnavailable("the log is closed"));
    }
  }

  reopen(): void {
    this.#closed = false;
    for (const partition of this.#partitions.values()) partition.hear(partition.end);
  }

  #partition(topic: string, number: number): MemoryPartition {
    const name = `${topic}/${number}`;
    let partition = this.#partitions.get(name);
    if (partition === undefined) {
      partition = new MemoryPartition(name);
      this.#partitions.set(name, partition);
    }
    return partition;
  }

  #checkUp(): void {
    if (this.#closed) throw new LogUnavailable("the log is closed");
    if (this.#down) throw new LogUnavailable("the log is down");
  }

  async #meetFault(attempt: AppendAttempt): Promise<Appended> {
    this.#checkUp();
    const { clock } = this.#options;
    const fault = this.#options.fault?.(attempt);
    switch (fault?.kind) {
      case undefined:
        return this.#write(attempt);
      case "refused":
        throw new LogUnavailable("refused");
      case "lost":
        throw new AppendUnknown("lost");
      case "answer-lost":
        this.#write(attempt);
        throw new AppendUnknown("written, answer lost");
      case "lands-late":
        clock.after(fault.milliseconds, () => this.#write(attempt));
        throw new AppendUnknown("on its way");
      case "delayed":
        await sleep(clock, fault.milliseconds);
        return this.#write(attempt);
      case "answered-late": {
        const appended = this.#write(attempt);
        await sleep(clock, fault.milliseconds);
        return appended;
      }
      case "doubled":
        this.#write(attempt);
        return this.#write(attempt);
      case "damaged":
        return this.#write({ ...attempt, bytes: flipped(attempt.bytes) });
    }
  }

  #write(attempt: AppendAttempt): Appended {
    const { clock } = this.#options;
    const partition = this.#partition(attempt.topic, attempt.partition);
    const record = partition.write(attempt.bytes, clock.now());
    const { offset, appendTime } = record;
    this.#options.written?.(attempt.topic, attempt.partition, record);
    const lag = this.#options.lag?.(attempt.topic, attempt.partition) ?? 0;
    const hear = (): void => {
      partition.hear(offset + 1);
      if (!this.#down) partition.wake();
    };
    if (lag > 0) clock.after(lag, hear);
    else hear();
    return { offset, appendTime };
  }
}

function flipped(bytes: Uint8Array): Uint8Array {
  const damaged = bytes.slice();
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  return damaged;
}
