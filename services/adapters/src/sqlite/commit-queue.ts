import { type Appended, AppendUnknown, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import type { LaneState, LogDirectory } from "./log-directory.ts";
import type { ToWriter, WriterAnswer } from "./log-messages.ts";

/** More would not make a commit faster. */
const MAX_COMMIT_BYTES = 8 << 20;
/** One that is being written, and one that the writer takes as soon as it is free. */
const MAX_IN_FLIGHT = 2;
/** A post of so many appends says that the log is busy. */
const BUSY_APPENDS = 8;
/** Milliseconds between such a post and the next: fewer, larger records cost all who write and read them less. */
const SPACING = 2;

interface Append {
  readonly lane: LaneState;
  readonly bytes: Uint8Array;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

export interface CommitQueueOptions {
  readonly directory: LogDirectory;
  /** Bytes handed over and not answered, above which more are refused. */
  readonly pendingBytes: number;
  post(message: ToWriter, transfer: readonly ArrayBuffer[]): void;
}

/**
 * Groups appends into commits: what is handed over in one turn goes together, and while two posts are in flight whatever comes
 * waits for the next answer. A busy log waits a little between posts besides, which shortens the longest waits of orders by a
 * tenth to a half (bench/README.md); a quiet one never waits.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #gathered: Append[] = [];
  readonly #inFlight: Append[][] = [];
  #bytes = 0;
  #scheduled = false;
  /** Nothing is posted before, by the monotonic clock. */
  #notBefore = 0;
  #broken: LogUnavailable | undefined;
  #onIdle: (() => void)[] = [];

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  append(topic: string, partition: number, bytes: Uint8Array): Promise<Appended> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#bytes + bytes.length > this.#options.pendingBytes) {
      return Promise.reject(new LogUnavailable("too many bytes wait to be written"));
    }
    const lane = this.#options.directory.obtain(topic, partition);
    this.#bytes += bytes.length;
    return new Promise((resolve, reject) => {
      this.#gathered.push({ lane, bytes, resolve, reject });
      this.#schedule();
    });
  }

  /** Settles the appends that an answer is about, and hands new records to those who follow. */
  answered(answer: WriterAnswer): void {
    const appends = this.#inFlight.splice(0, answer.commits).flat();
    for (const append of appends) this.#bytes -= append.bytes.length;
    this.#postWaiting();
    if (answer.began !== undefined) this.#options.directory.began(answer.began);
    if (answer.failed !== undefined) this.#reject(appends, answer.failed);
    else this.#resolve(appends, answer);
    this.#checkIdle();
  }

  /** The writer is gone: what it had may or may not stand, everything else never will. */
  break(reason: LogUnavailable): void {
    if (this.#broken !== undefined) return;
    this.#broken = reason;
    for (const append of this.#inFlight.splice(0).flat()) append.reject(new AppendUnknown(reason.message));
    for (const append of this.#gathered.splice(0)) append.reject(reason);
    this.#checkIdle();
  }

  /** Resolves when nothing is waiting or in flight. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#checkIdle();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight.length >= MAX_IN_FLIGHT) return;
    this.#scheduled = true;
    const due = () => {
      this.#scheduled = false;
      this.#postWaiting();
    };
    const wait = this.#notBefore - performance.now();
    if (wait > 0) setTimeout(due, wait);
    else setImmediate(due);
  }

  /** Posts what has gathered, now or as soon as it may. */
  #postWaiting(): void {
    if (this.#gathered.length === 0 || this.#inFlight.length >= MAX_IN_FLIGHT) return;
    if (performance.now() < this.#notBefore) this.#schedule();
    else this.#post();
  }

  #post(): void {
    const appends = this.#takeForOneCommit();
    this.#notBefore = appends.length >= BUSY_APPENDS ? performance.now() + SPACING : 0;
    const pairs = new Uint32Array(appends.length * 2);
    const bytes = new Uint8Array(appends.reduce((sum, append) => sum + append.bytes.length, 0));
    let at = 0;
    for (let index = 0; index < appends.length; index += 1) {
      const append = appends[index]!;
      pairs[2 * index] = append.lane.number;
      pairs[2 * index + 1] = append.bytes.length;
      bytes.set(append.bytes, at);
      at += append.bytes.length;
    }
    this.#inFlight.push(appends);
    const lanes = this.#options.directory.takeUnannounced();
    this.#options.post({ kind: "commit", bytes: bytes.buffer, pairs, lanes }, [bytes.buffer, pairs.buffer]);
    if (this.#gathered.length > 0) this.#schedule();
  }

  #takeForOneCommit(): Append[] {
    let count = 0;
    for (let bytes = 0; count < this.#gathered.length; count += 1) {
      bytes += this.#gathered[count]!.bytes.length;
      if (bytes > MAX_COMMIT_BYTES && count > 0) break;
    }
    if (count < this.#gathered.length) return this.#gathered.splice(0, count);
    const all = this.#gathered;
    this.#gathered = [];
    return all;
  }

  #resolve(appends: readonly Append[], { time, offsets }: WriterAnswer): void {
    const followed = new Map<LaneState, LogRecord[]>();
    for (let index = 0; index < appends.length; index += 1) {
      const { lane, bytes, resolve } = appends[index]!;
      const offset = offsets[index]!;
      lane.end = offset + 1;
      resolve({ offset, appendTime: time });
      if (lane.followers.size === 0) continue;
      const records = followed.get(lane);
      if (records === undefined) followed.set(lane, [{ offset, appendTime: time, bytes }]);
      else records.push({ offset, appendTime: time, bytes });
    }
    for (const [lane, records] of followed) {
      for (const follower of [...lane.followers]) follower.push(records);
    }
  }

  #reject(appends: readonly Append[], { certain, reason, ends }: NonNullable<WriterAnswer["failed"]>): void {
    for (const append of appends) append.reject(certain ? new LogUnavailable(reason) : new AppendUnknown(reason));
    for (const lane of this.#options.directory.lanes()) {
      const end = ends[lane.number] ?? 0;
      if (end <= lane.end) continue;
      lane.end = end;
      for (const follower of [...lane.followers]) follower.wake();
    }
  }

  #checkIdle(): void {
    if (this.#gathered.length > 0 || this.#inFlight.length > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
