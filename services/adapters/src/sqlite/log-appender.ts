import type { StatementSync } from "node:sqlite";
import { failureOf, isCertainlyUndone } from "./failure.ts";
import { encodeEnds, encodeEntries, indexCrc, numbersCrc } from "./log-commit.ts";
import { segmentPath } from "./log-folder.ts";
import type { SegmentStart, ToWriter, WriterAnswer } from "./log-messages.ts";
import { findEnd, type OpenedLog } from "./log-opening.ts";
import { COMMITS_PER_POSITION, type Lane, laneCrc, Segment } from "./log-segment.ts";

export type CommitMessage = Extract<ToWriter, { kind: "commit" }>;

const PAGE_BYTES = 4_096;

interface LogMark {
  readonly seq: number;
  readonly ends: number[];
}

interface Statements {
  readonly begin: Statement;
  readonly commit: Statement;
  readonly insertCommit: Statement;
  readonly insertPosition: Statement;
  readonly insertLane: Statement;
}

export type Statement = Pick<StatementSync, "run">;

/** The one writer of a log: puts commits into the newest segment and goes on to the next when that is full. */
export class Appender {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #wrap: typeof asItIs;
  #lanes: Lane[];
  #ends: number[];
  #seq: number;
  #segment: Segment;
  #statements: Statements;
  #number: number;
  #bytes: number;
  #lanesWritten: number;
  /** Whether the segment has its first commit. */
  #begun: boolean;
  /** A segment that has begun, until an answer has told of it. */
  #began: SegmentStart | undefined;
  #asked = false;
  #next: Segment | undefined;
  /** Set when a commit failed in a way that leaves the end unknown, until the end has been found again. */
  #lost = false;

  /** @param wrap stands between the log and each statement, so that a test can let one fail. */
  constructor(folder: string, segmentBytes: number, opened: OpenedLog, wrap = asItIs) {
    this.#wrap = wrap;
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#lanes = opened.lanes;
    this.#ends = opened.ends;
    this.#seq = opened.seq;
    this.#segment = opened.current;
    this.#statements = prepare(opened.current, wrap);
    this.#number = opened.number;
    this.#begun = opened.current.span() !== undefined;
    this.#lanesWritten = opened.lanes.length;
    this.#bytes = (this.pragma("page_count") as number) * PAGE_BYTES;
  }

  /** Writes each message as a commit, all in one transaction. Never throws. */
  commit(messages: readonly CommitMessage[]): WriterAnswer {
    const time = Date.now();
    const offsets = new Float64Array(messages.reduce((sum, message) => sum + (message.pairs.length >>> 1), 0));
    const answer = { kind: "committed", commits: messages.length, time, offsets, written: 0 } as const;
    for (const message of messages) this.#learn(message.lanes);
    let before: LogMark | undefined;
    let committing = false;
    try {
      if (this.#lost) this.#findEnd();
      this.#moveOn();
      before = { seq: this.#seq, ends: this.#ends.slice() };
      this.#statements.begin.run();
      const written = this.#write(messages, time, offsets);
      committing = true;
      this.#statements.commit.run();
      if (!this.#begun) this.#began = { number: this.#number, starts: before.ends };
      return this.#succeeded(answer, written);
    } catch (error) {
      if (before !== undefined) {
        this.#ends = before.ends;
        this.#seq = before.seq;
      }
      return this.#failed(answer, error, !committing || isCertainlyUndone(error));
    }
  }

  /** The number of the next segment when it is time to make it; asked once for each. */
  wantsNext(): number | undefined {
    if (this.#asked || this.#bytes < this.#segmentBytes / 2) return undefined;
    this.#asked = true;
    return this.#number + 1;
  }

  /** Takes a segment that has been made ahead, so that going on to it costs nothing. */
  prepared(number: number): void {
    if (number !== this.#number + 1 || this.#next !== undefined) return;
    try {
      this.#next = new Segment(segmentPath(this.#folder, number));
    } catch {
      this.unprepared();
    }
  }

  /** The current segment grows on; after the next commit it is asked for again. */
  unprepared(): void {
    this.#asked = false;
  }

  pragma(text: string): unknown {
    const row = this.#segment.database.prepare(`PRAGMA ${text}`).get();
    return row === undefined ? undefined : Object.values(row)[0];
  }

  close(): void {
    this.#segment.close();
    this.#next?.close();
  }

  #learn(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      this.#lanes.push(lane);
      this.#ends.push(0);
    }
  }

  #moveOn(): void {
    if (this.#next === undefined || this.#bytes < this.#segmentBytes) return;
    const statements = prepare(this.#next, this.#wrap);
    // Not the last handle: the reader's thread has one, which moves the write-ahead log when it has time.
    this.#segment.close();
    this.#segment = this.#next;
    this.#statements = statements;
    this.#number += 1;
    this.#bytes = 0;
    this.#lanesWritten = 0;
    this.#begun = false;
    this.#asked = false;
    this.#next = undefined;
  }

  #write(messages: readonly CommitMessage[], time: number, offsets: Float64Array): number {
    const { insertCommit, insertPosition, insertLane } = this.#statements;
    for (let number = this.#lanesWritten; number < this.#lanes.length; number += 1) {
      const lane = this.#lanes[number]!;
      insertLane.run(number, lane.topic, lane.partition, laneCrc(number, lane));
    }
    let written = 0;
    let at = 0;
    for (const { bytes, pairs } of messages) {
      const seq = this.#seq++;
      if (seq % COMMITS_PER_POSITION === 0 || (!this.#begun && at === 0)) {
        const ends = encodeEnds(this.#ends);
        insertPosition.run(seq, numbersCrc([seq], ends), ends);
      }
      const frames = new Uint8Array(bytes);
      const entries = encodeEntries(frames, pairs, this.#ends, offsets, at);
      insertCommit.run(seq, time, indexCrc({ seq, time, entries }), entries, frames);
      written += frames.length + entries.length;
      at += pairs.length >>> 1;
    }
    return written;
  }

  #succeeded(answer: WriterAnswer, written: number): WriterAnswer {
    this.#begun = true;
    this.#lanesWritten = this.#lanes.length;
    this.#bytes += written;
    return { ...answer, written: (Math.ceil(written / PAGE_BYTES) + 1) * PAGE_BYTES, began: this.#takeBegan() };
  }

  #failed(answer: WriterAnswer, error: unknown, certain: boolean): WriterAnswer {
    try {
      if (!certain) this.#findEnd();
      else if (this.#segment.database.isTransaction) this.#segment.database.exec("ROLLBACK");
    } catch {
      // Whatever kept the commit from succeeding is still there; the next commit looks again.
      this.#lost = true;
    }
    const failed = { certain, reason: failureOf(error).reason, ends: this.#ends.slice() };
    return { ...answer, failed, began: this.#takeBegan() };
  }

  #takeBegan(): SegmentStart | undefined {
    const began = this.#began;
    this.#began = undefined;
    return began;
  }

  /** Opens the segment anew and takes from it what stands. */
  #findEnd(): void {
    this.#lost = true;
    if (this.#segment.database.isOpen) this.#segment.close();
    this.#segment = new Segment(this.#segment.path);
    this.#statements = prepare(this.#segment, this.#wrap);
    const first = this.#segment.outerPosition("first");
    if (first !== undefined) {
      const end = findEnd(this.#segment);
      this.#begun = true;
      this.#began = { number: this.#number, starts: first.ends };
      this.#lanesWritten = end.lanes.length;
      this.#ends = this.#lanes.map((_, lane) => end.ends[lane] ?? 0);
      this.#seq = end.seq;
    }
    this.#lost = false;
  }
}

function asItIs(statement: Statement, _sql: string): Statement {
  return statement;
}

function prepare({ database }: Segment, wrap: typeof asItIs): Statements {
  const of = (sql: string): Statement => wrap(database.prepare(sql), sql);
  return {
    begin: of("BEGIN IMMEDIATE"),
    commit: of("COMMIT"),
    insertCommit: of("INSERT INTO commits (seq, time, crc, entries, frames) VALUES (?, ?, ?, ?, ?)"),
    insertPosition: of("INSERT INTO positions (seq, crc, ends) VALUES (?, ?, ?)"),
    insertLane: of("INSERT INTO lanes (lane, topic, partition, crc) VALUES (?, ?, ?, ?)"),
  };
}
