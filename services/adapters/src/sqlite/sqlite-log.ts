import { once } from "node:events";
import { Worker } from "node:worker_threads";
import {
  type Appended,
  type Log,
  type LogRange,
  type LogRecord,
  LogUnavailable,
  OffsetTrimmed,
  RECORD_BYTES,
  type Tail,
  type TailReceiver,
} from "@atlas/platform/ports/log";
import { LogFollower } from "@atlas/platform/tail/log-follower";
import { CommitQueue } from "./commit-queue.ts";
import { logError } from "./failure.ts";
import { type LaneState, LogDirectory } from "./log-directory.ts";
import type { FromReader, FromWriter, LogThreadData, ToReader, ToWriter } from "./log-messages.ts";
import { LogReaderClient } from "./log-reader-client.ts";

export interface SqliteLogOptions {
  /** A segment file takes commits until it has about this many bytes; default 64 MB. */
  readonly segmentBytes?: number;
  /** Bytes handed over and not answered, above which `append` rejects with `LogUnavailable`; default 64 MB. */
  readonly pendingBytes?: number;
  /** What a tail keeps for a receiver that is busy; default 4 MB. */
  readonly tailBytes?: number;
}

export interface SqliteLog extends Log {
  /** Waits for what has been handed over, then ends all tails and gives the files back. */
  close(): Promise<void>;
  /** Runs `PRAGMA text` on the connection that writes; its first value. */
  pragma(text: string): Promise<unknown>;
}

const READ_BYTES = 1 << 20;
/** Write-ahead log bytes after which they are moved into the segment, by another thread. */
const CHECKPOINT_BYTES = 4 << 20;

/**
 * Opens the log in `folder`, which nobody else may have open (`lockDataFolder`). Rejects with `LogDamaged` when the end
 * of the log, or where two segments meet, is not as it was written.
 */
export async function openSqliteLog(folder: string, options: SqliteLogOptions = {}): Promise<SqliteLog> {
  const data: LogThreadData = { folder, segmentBytes: options.segmentBytes ?? 64 << 20 };
  const writer = new Worker(new URL("./log-writer.ts", import.meta.url), { workerData: data, name: "log writer" });
  const reader = new Worker(new URL("./log-reader.ts", import.meta.url), { workerData: data, name: "log reader" });
  try {
    const opened = await firstAnswer(writer);
    const directory = new LogDirectory(opened);
    // Before the first append: the reader's handle keeps the writer from ever closing a last one.
    reader.postMessage({ kind: "prepare", number: directory.current() } satisfies ToReader);
    const [prepared] = (await once(reader, "message")) as [FromReader];
    if (prepared.kind !== "prepared") throw new LogUnavailable(`${folder} cannot be read`);
    return new ThreadedLog(writer, reader, directory, options);
  } catch (error) {
    await Promise.all([writer.terminate(), reader.terminate()]);
    throw error;
  }
}

async function firstAnswer(writer: Worker): Promise<Extract<FromWriter, { kind: "opened" }>> {
  const [message] = (await once(writer, "message")) as [FromWriter];
  if (message.kind === "opened") return message;
  throw message.kind === "refused" ? logError(message.failure) : new LogUnavailable("the writer did not open");
}

class ThreadedLog implements SqliteLog {
  readonly #writer: Worker;
  readonly #readerThread: Worker;
  readonly #reader: LogReaderClient;
  readonly #directory: LogDirectory;
  readonly #queue: CommitQueue;
  readonly #tailBytes: number;
  readonly #pragmas = new Map<number, (answer: Extract<FromWriter, { kind: "pragma" }>) => void>();
  #unavailable: LogUnavailable | undefined;
  #current: number;
  #unmoved = 0;
  #toPrepare: number | undefined;
  #lastPragma = 0;

  constructor(writer: Worker, reader: Worker, directory: LogDirectory, options: SqliteLogOptions) {
    this.#writer = writer;
    this.#readerThread = reader;
    this.#reader = new LogReaderClient(reader);
    this.#directory = directory;
    this.#tailBytes = options.tailBytes ?? 4 << 20;
    this.#queue = new CommitQueue({
      directory,
      pendingBytes: options.pendingBytes ?? 64 << 20,
      post: (message, transfer) => this.#tell(message, transfer),
    });
    this.#current = directory.current();
    writer.on("message", (message: FromWriter) => this.#hearWriter(message));
    reader.on("message", (message: FromReader) => this.#hearReader(message));
    for (const thread of [writer, reader]) {
      thread.on("error", (error: Error) => this.#break(`a thread of the log failed: ${error.message}`));
      thread.on("exit", () => this.#break("the log is closed"));
    }
  }

  append(topic: string, partition: number, bytes: Uint8Array): Promise<Appended> {
    if (this.#unavailable !== undefined) return Promise.reject(this.#unavailable);
    if (bytes.length < 1 || bytes.length > RECORD_BYTES) {
      return Promise.reject(new RangeError(`a record has 1 to ${RECORD_BYTES} bytes, not ${bytes.length}`));
    }
    return this.#queue.append(topic, partition, bytes);
  }

  async read(topic: string, partition: number, from: number, maxBytes: number): Promise<readonly LogRecord[]> {
    if (this.#unavailable !== undefined) throw this.#unavailable;
    const lane = this.#directory.find(topic, partition);
    const end = lane?.end ?? 0;
    if (from > end) throw new RangeError(`${topic}/${partition} ends at ${end}, before ${from}`);
    const start = lane === undefined ? 0 : this.#directory.start(lane);
    if (from < start) throw new OffsetTrimmed(`${topic}/${partition} begins at ${start}, above ${from}`);
    if (lane === undefined || from === end) return [];
    const { number, to } = this.#directory.locate(lane, from);
    return this.#reader.read({ segment: number, lane: lane.number, from, to, maxBytes });
  }

  async range(topic: string, partition: number): Promise<LogRange> {
    if (this.#unavailable !== undefined) throw this.#unavailable;
    const lane = this.#directory.find(topic, partition);
    return lane === undefined ? { start: 0, end: 0 } : { start: this.#directory.start(lane), end: lane.end };
  }

  tail(topic: string, partition: number, from: number, receiver: TailReceiver): Tail {
    const lane = this.#directory.obtain(topic, partition);
    const follower: LogFollower = new LogFollower(
      { end: () => lane.end, read: (next, maxBytes) => this.read(topic, partition, next, maxBytes) },
      from,
      receiver,
      { bufferBytes: this.#tailBytes, readBytes: READ_BYTES, ended: () => lane.followers.delete(follower) },
    );
    lane.followers.add(follower);
    const refusal = this.#unavailable ?? aboveEnd(lane, from);
    queueMicrotask(() => (refusal === undefined ? follower.wake() : follower.fail(refusal)));
    return follower;
  }

  async trim(topic: string, partition: number, before: number): Promise<void> {
    if (this.#unavailable !== undefined) throw this.#unavailable;
    const lane = this.#directory.find(topic, partition);
    if (lane === undefined) return;
    lane.trimTo = Math.max(lane.trimTo, Math.min(before, lane.end));
    const numbers = this.#directory.takeDroppable();
    if (numbers.length > 0) await this.#reader.drop(numbers);
  }

  pragma(text: string): Promise<unknown> {
    if (this.#unavailable !== undefined) return Promise.reject(this.#unavailable);
    this.#lastPragma += 1;
    const id = this.#lastPragma;
    this.#tell({ kind: "pragma", id, text });
    return new Promise((resolve, reject) => {
      this.#pragmas.set(id, ({ value, failure }) => {
        if (failure === undefined) resolve(value);
        else reject(new Error(failure.reason));
      });
    });
  }

  async close(): Promise<void> {
    if (this.#unavailable !== undefined) return;
    this.#unavailable = new LogUnavailable("the log is closed");
    await this.#queue.idle();
    for (const thread of [this.#writer, this.#readerThread]) {
      const exited = once(thread, "exit");
      thread.postMessage({ kind: "close" } satisfies ToWriter & ToReader);
      await exited;
    }
  }

  #hearWriter(message: FromWriter): void {
    switch (message.kind) {
      case "committed":
        this.#queue.answered(message);
        this.#keepFiles(message.written);
        break;
      case "prepare":
        this.#toPrepare = message.number;
        this.#reader.tell({ kind: "prepare", number: message.number });
        break;
      case "pragma":
        this.#pragmas.get(message.id)?.(message);
        this.#pragmas.delete(message.id);
    }
  }

  #hearReader(message: FromReader): void {
    switch (message.kind) {
      case "read":
      case "failed":
      case "dropped":
        this.#reader.answered(message);
        break;
      case "prepared":
        if (message.number === this.#toPrepare) this.#tell({ kind: "prepared", number: message.number });
        break;
      case "unprepared":
        this.#tell({ kind: "unprepared" });
    }
  }

  /** Has the write-ahead log moved: of a finished segment all, of the current one from time to time. */
  #keepFiles(written: number): void {
    const current = this.#directory.current();
    if (current !== this.#current) {
      this.#reader.tell({ kind: "checkpoint", number: this.#current, sealed: true });
      this.#current = current;
      this.#unmoved = 0;
    }
    this.#unmoved += written;
    if (this.#unmoved < CHECKPOINT_BYTES) return;
    this.#unmoved = 0;
    this.#reader.tell({ kind: "checkpoint", number: current, sealed: false });
  }

  #tell(message: ToWriter, transfer: readonly ArrayBuffer[] = []): void {
    this.#writer.postMessage(message, transfer);
  }

  #break(reason: string): void {
    if (this.#unavailable === undefined) {
      this.#unavailable = new LogUnavailable(reason);
      for (const thread of [this.#writer, this.#readerThread]) void thread.terminate();
    }
    this.#queue.break(this.#unavailable);
    this.#reader.break(this.#unavailable);
    for (const lane of this.#directory.lanes()) {
      for (const follower of [...lane.followers]) follower.fail(this.#unavailable);
    }
  }
}

function aboveEnd(lane: LaneState, from: number): RangeError | undefined {
  if (from <= lane.end) return undefined;
  return new RangeError(`${lane.topic}/${lane.partition} ends at ${lane.end}, before ${from}`);
}
