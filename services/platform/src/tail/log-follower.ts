import { type LogRecord, LogUnavailable, type Tail, type TailReceiver } from "../ports/log.ts";

/** What a follower reads when its records are not in memory. */
export interface FollowedPartition {
  /** The offset after the last record that may be delivered. */
  end(): number;
  read(from: number, maxBytes: number): Promise<readonly LogRecord[]>;
}

export interface LogFollowerOptions {
  /** Bytes of new records kept while the receiver is busy or still behind; above it they are read again later. */
  readonly bufferBytes: number;
  /** Bytes asked of storage at a time. */
  readonly readBytes: number;
  /** Called once, when the follower ends in either way. */
  ended(): void;
}

/**
 * One tail of a partition, for any log: hands its receiver what is new from memory, and what it missed from storage.
 * At most `bufferBytes` are held for it, however slow it is (F22).
 */
export class LogFollower implements Tail {
  readonly #partition: FollowedPartition;
  readonly #receiver: TailReceiver;
  readonly #options: LogFollowerOptions;
  #next: number;
  /** Contiguous; begins at or after `#next`. */
  #buffer: LogRecord[] = [];
  #bufferedBytes = 0;
  #busy = false;
  #over = false;

  constructor(partition: FollowedPartition, from: number, receiver: TailReceiver, options: LogFollowerOptions) {
    this.#partition = partition;
    this.#next = from;
    this.#receiver = receiver;
    this.#options = options;
  }

  /** Offers records that have just been appended, in order. */
  push(records: readonly LogRecord[]): void {
    if (this.#over) return;
    for (const record of records) this.#keep(record);
    this.wake();
  }

  /** Goes on delivering, if the receiver is free: after `end` rose, or after an outage. */
  wake(): void {
    while (!this.#busy && !this.#over) {
      this.#dropDelivered();
      if (this.#buffer[0]?.offset === this.#next) this.#deliver(this.#takeBuffer());
      else if (this.#next < this.#partition.end()) this.#fetch();
      else return;
    }
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#takeBuffer();
    this.#options.ended();
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.close();
    this.#receiver.fail(error);
  }

  #keep(record: LogRecord): void {
    const last = this.#buffer.at(-1);
    const fits = this.#bufferedBytes + record.bytes.length <= this.#options.bufferBytes;
    if (last !== undefined && (!fits || record.offset !== last.offset + 1)) this.#takeBuffer();
    if (record.bytes.length > this.#options.bufferBytes) return;
    this.#buffer.push(record);
    this.#bufferedBytes += record.bytes.length;
  }

  #takeBuffer(): LogRecord[] {
    const taken = this.#buffer;
    this.#buffer = [];
    this.#bufferedBytes = 0;
    return taken;
  }

  #dropDelivered(): void {
    const first = this.#buffer[0];
    if (first === undefined || first.offset >= this.#next) return;
    const kept = this.#takeBuffer().filter((record) => record.offset >= this.#next);
    for (const record of kept) this.#keep(record);
  }

  #deliver(records: readonly LogRecord[]): void {
    const last = records.at(-1);
    if (last === undefined) return;
    this.#next = last.offset + 1;
    try {
      const answer = this.#receiver.receive(records);
      if (answer !== undefined) this.#await(answer);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #await(answer: Promise<void>): void {
    this.#busy = true;
    answer.then(
      () => {
        this.#busy = false;
        this.wake();
      },
      (error: Error) => this.fail(error),
    );
  }

  #fetch(): void {
    this.#busy = true;
    this.#partition.read(this.#next, this.#options.readBytes).then(
      (records) => {
        this.#busy = false;
        if (this.#over || records.length === 0) return;
        this.#deliver(records);
        this.wake();
      },
      (error: Error) => {
        this.#busy = false;
        if (!(error instanceof LogUnavailable)) this.fail(error);
      },
    );
  }
}
