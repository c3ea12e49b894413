import { type LogRange, type LogRecord, OffsetTrimmed } from "../ports/log.ts";
import type { LogFollower } from "../tail/log-follower.ts";

/** One partition of a log in memory. */
export class MemoryPartition {
  readonly followers = new Set<LogFollower>();
  readonly #name: string;
  readonly #records: LogRecord[] = [];
  #start = 0;
  #heard = 0;

  constructor(name: string) {
    this.#name = name;
  }

  range(): LogRange {
    return { start: this.#start, end: this.end };
  }

  get end(): number {
    return this.#start + this.#records.length;
  }

  /** The offset up to which followers have heard. */
  get heard(): number {
    return this.#heard;
  }

  write(bytes: Uint8Array, appendTime: number): LogRecord {
    const record = { offset: this.end, appendTime, bytes };
    this.#records.push(record);
    return record;
  }

  hear(end: number): void {
    this.#heard = Math.max(this.#heard, end);
  }

  wake(): void {
    for (const follower of [...this.followers]) follower.wake();
  }

  read(from: number, maxBytes: number): readonly LogRecord[] {
    if (from < this.#start) throw new OffsetTrimmed(`${this.#name} begins at ${this.#start}`);
    if (from > this.end) throw new RangeError(`${this.#name} ends at ${this.end}`);
    const first = from - this.#start;
    let last = first;
    for (let bytes = 0; last < this.#records.length; last += 1) {
      bytes += this.#records[last]?.bytes.length ?? 0;
      if (bytes > maxBytes && last > first) break;
    }
    return this.#records.slice(first, last);
  }

  trim(before: number): void {
    const start = Math.min(before, this.end);
    if (start <= this.#start) return;
    this.#records.splice(0, start - this.#start);
    this.#start = start;
  }
}
