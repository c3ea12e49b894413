import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { failureOf } from "./failure.ts";
import { removeSegment, segmentPath, syncFolder } from "./log-folder.ts";
import type { FromReader, LogThreadData, ToReader } from "./log-messages.ts";
import { CommitCache, type ScannedRecord, SegmentScanner } from "./log-scanner.ts";
import { Segment } from "./log-segment.ts";

/** The thread that reads a log and does for its files whatever would keep the writer waiting. */
const port = parentPort as MessagePort;
const { folder } = workerData as LogThreadData;

const CACHE_BYTES = 64 << 20;
const MAX_IDLE_HANDLES = 8;

interface Handle {
  readonly segment: Segment;
  readonly scanner: SegmentScanner;
  /** The writer may write to it, so this handle stays: the last one to close moves the write-ahead log. */
  held: boolean;
}

const cache = new CommitCache(CACHE_BYTES);
/** Least recently used first. */
const handles = new Map<number, Handle>();

port.on("message", (message: ToReader) => {
  switch (message.kind) {
    case "read":
      return read(message);
    case "prepare":
      return prepare(message.number);
    case "checkpoint":
      return checkpoint(message.number, message.sealed);
    case "drop":
      return drop(message.id, message.numbers);
    case "close":
      for (const number of [...handles.keys()]) closeHandle(number);
      send({ kind: "closed" });
      port.close();
  }
});

function read({ id, segment, lane, from, to, maxBytes }: Extract<ToReader, { kind: "read" }>): void {
  try {
    const answer = pack(id, handleOf(segment).scanner.read(lane, from, to, maxBytes));
    port.postMessage(answer, [answer.bytes, answer.triples.buffer]);
  } catch (error) {
    send({ kind: "failed", id, failure: failureOf(error) });
  }
}

function pack(id: number, records: readonly ScannedRecord[]): Extract<FromReader, { kind: "read" }> {
  const bytes = new Uint8Array(records.reduce((sum, record) => sum + record.bytes.length, 0));
  const triples = new Float64Array(records.length * 3);
  let at = 0;
  for (const [index, record] of records.entries()) {
    bytes.set(record.bytes, at);
    at += record.bytes.length;
    triples.set([record.offset, record.time, record.bytes.length], index * 3);
  }
  return { kind: "read", id, bytes: bytes.buffer, triples };
}

function prepare(number: number): void {
  try {
    handleOf(number).held = true;
    syncFolder(folder);
    send({ kind: "prepared", number });
  } catch {
    closeHandle(number);
    send({ kind: "unprepared" });
  }
}

function checkpoint(number: number, sealed: boolean): void {
  try {
    handleOf(number).segment.database.exec(`PRAGMA wal_checkpoint(${sealed ? "TRUNCATE" : "PASSIVE"})`);
    if (sealed) closeHandle(number);
  } catch {
    // A full disk, most likely. Everything stays in the write-ahead log, and the next checkpoint or start moves it.
  }
}

function drop(id: number, numbers: readonly number[]): void {
  try {
    for (const number of numbers) {
      closeHandle(number);
      removeSegment(folder, number);
    }
    send({ kind: "dropped", id });
  } catch (error) {
    send({ kind: "failed", id, failure: failureOf(error) });
  }
}

function handleOf(number: number): Handle {
  let handle = handles.get(number);
  if (handle === undefined) {
    const segment = new Segment(segmentPath(folder, number));
    handle = { segment, scanner: new SegmentScanner(segment, cache), held: false };
  }
  handles.delete(number);
  handles.set(number, handle);
  closeIdle();
  return handle;
}

function closeIdle(): void {
  const idle = [...handles].filter(([, handle]) => !handle.held);
  for (const [number] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE_HANDLES))) closeHandle(number);
}

function closeHandle(number: number): void {
  const handle = handles.get(number);
  handles.delete(number);
  handle?.segment.close();
}

function send(message: FromReader): void {
  port.postMessage(message);
}
