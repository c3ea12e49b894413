/** Of a record at most. */
export const RECORD_BYTES = 4_000_000;

/** One record of a partition: what one writer flushed to it at a time. */
export interface LogRecord {
  /** Contiguous within a partition from 0; safe integer. */
  readonly offset: number;
  /** Milliseconds since the epoch, stamped by the log when it appended. Not monotonic. */
  readonly appendTime: number;
  readonly bytes: Uint8Array;
}

/** Where an appended record stands. */
export interface Appended {
  readonly offset: number;
  readonly appendTime: number;
}

/** Partition offsets: readable are `start <= offset < end`. */
export interface LogRange {
  readonly start: number;
  readonly end: number;
}

/** Stops a tail. Nothing is delivered after it returns. */
export interface Tail {
  close(): void;
}

export interface TailReceiver {
  /**
   * One or more records in offset order, without a hole or a repeat. The next call waits for the answer, if there is
   * one; meanwhile the log keeps a bounded amount for this receiver and reads the rest from storage again.
   * An error ends the tail through `fail`.
   */
  receive(records: readonly LogRecord[]): void | Promise<void>;
  /**
   * The tail cannot go on: `OffsetTrimmed`, `RangeError` (began above the end), `LogDamaged`, `LogUnavailable` (closed).
   * An outage that may pass is waited out. Called once, never before `tail` returns; nothing follows.
   */
  fail(error: Error): void;
}

/**
 * The log: topics of partitions, each a sequence of records that nothing changes. A partition that nothing was appended
 * to is empty.
 *
 * `append` resolves once the record is durable. It rejects with `LogUnavailable` when certainly nothing was
 * written, and with `AppendUnknown` when it may or may not have been (or may yet be) written. A caller keeps one append in
 * flight per partition and source; appends handed over in one turn of the event loop may share one commit, and those
 * to one partition stand in the order in which they were handed over. Everything else rejects with `LogUnavailable` when
 * the log cannot be asked now, and with `LogDamaged` when what is stored is not what was written.
 */
export interface Log {
  /** `bytes` (1 to `RECORD_BYTES`, else a `RangeError`) belong to the log from here on: the caller changes them no more. */
  append(topic: string, partition: number, bytes: Uint8Array): Promise<Appended>;
  /**
   * Records from offset `from` on, at least one if there is one, at most about `maxBytes`. Rejects with
   * `OffsetTrimmed` below the start; `from` above the end is a `RangeError`.
   */
  read(topic: string, partition: number, from: number, maxBytes: number): Promise<readonly LogRecord[]>;
  /** What is readable now: `end` counts every append acknowledged before the call. */
  range(topic: string, partition: number): Promise<LogRange>;
  /** Follows a partition from offset `from`: first what stands, then what comes. */
  tail(topic: string, partition: number, from: number, receiver: TailReceiver): Tail;
  /**
   * Forgets records below `before` (at most the end), or fewer: storage is given back in whole segments. Not remembered
   * across a restart unless something was forgotten.
   */
  trim(topic: string, partition: number, before: number): Promise<void>;
}

/** Certainly nothing was written. */
export class LogUnavailable extends Error {
  override name = "LogUnavailable";
}

/** The record may or may not stand on the log, or may appear later. */
export class AppendUnknown extends Error {
  override name = "AppendUnknown";
}

/** Stored bytes are not what was written, or are missing: nothing after them can be trusted. */
export class LogDamaged extends Error {
  override name = "LogDamaged";
}

/** The offset asked for is below the partition's start. */
export class OffsetTrimmed extends Error {
  override name = "OffsetTrimmed";
}
