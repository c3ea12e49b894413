import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Appender, type CommitMessage, type Statement } from "./log-appender.ts";
import { segmentPath } from "./log-folder.ts";
import { openLogFolder } from "./log-opening.ts";
import { walDamage } from "./wal-check.ts";

const HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;

let folder: string;
let live: string;
let image: string;
let trial: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-wal-"));
  [live, image, trial] = [join(folder, "live"), join(folder, "image"), join(folder, "trial")];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A commit of one record. */
function message(bytes: number, isFirst = false): CommitMessage {
  const lanes = isFirst ? [{ topic: "a", partition: 0 }] : [];
  return { kind: "commit", bytes: new Uint8Array(bytes).buffer, pairs: Uint32Array.of(0, bytes), lanes };
}

function open(wrap?: (statement: Statement, sql: string) => Statement): Appender {
  return new Appender(live, 64 << 20, openLogFolder(live), wrap);
}

function writeAheadLog(): Buffer {
  return readFileSync(`${segmentPath(live, 1)}-wal`);
}

/** Copies the files of the log as a loss of power would leave them. */
function takeImage(): void {
  rmSync(image, { recursive: true, force: true });
  cpSync(live, image, { recursive: true });
  rmSync(`${segmentPath(image, 1)}-shm`);
}

/** Goes back to the image. */
function restore(): void {
  rmSync(live, { recursive: true });
  cpSync(image, live, { recursive: true });
}

/** Commits one record more: the write-ahead log before and behind it, and the frames that it has written. */
function lastCommit(writer: Appender, bytes: number): { before: Buffer; after: Buffer; frames: number[] } {
  const before = writeAheadLog();
  expect(writer.commit([message(bytes)]).failed).toBe(undefined);
  const after = writeAheadLog();
  takeImage();
  writer.close();
  const frames = Array.from({ length: (after.length - HEADER_BYTES) / FRAME_BYTES }, (_, frame) => frame);
  const isWritten = (frame: number): boolean => {
    const [from, to] = [frameStart(frame), frameStart(frame + 1)];
    return !before.subarray(from, to).equals(after.subarray(from, to));
  };
  return { before, after, frames: frames.filter(isWritten) };
}

/** What the image's log is once its write-ahead log is `bytes`: how many records, or what is wrong. */
function recordsWith(bytes: Buffer): number | undefined | string {
  rmSync(trial, { recursive: true, force: true });
  cpSync(image, trial, { recursive: true });
  const wal = `${segmentPath(trial, 1)}-wal`;
  writeFileSync(wal, bytes);
  const damage = walDamage(wal);
  if (damage !== undefined) return damage;
  const { ends, current } = openLogFolder(trial);
  current.close();
  return ends[0];
}

function frameStart(frame: number): number {
  return HEADER_BYTES + frame * FRAME_BYTES;
}

function isCommit(wal: Buffer, frame: number): boolean {
  return wal.readUInt32BE(frameStart(frame) + 4) !== 0;
}

/** `after`, but with some frames as they were `before`: those that never reached the disk. */
function without(frames: readonly number[], before: Buffer, after: Buffer): Buffer {
  const torn = Buffer.from(after);
  for (const frame of frames) before.copy(torn, frameStart(frame), frameStart(frame), frameStart(frame + 1));
  return torn;
}

describe("F14: of a last commit any frames may be lost with the power, whatever has stood in their places", () => {
  test("frames of an earlier generation, commits among them", () => {
    const writer = open();
    writer.commit([message(10, true)]);
    for (let commit = 0; commit < 30; commit += 1) writer.commit([message(10)]);
    writer.pragma("wal_checkpoint(PASSIVE)");
    writer.commit([message(20_000)]);
    writer.commit([message(20_000)]);
    const { before, after, frames } = lastCommit(writer, 20_000);
    expect(frames.length).toBeGreaterThan(4);
    expect(isCommit(before, frames[0]!)).toBe(true);
    expect(recordsWith(after)).toBe(34);
    for (const [index, frame] of frames.entries()) {
      expect([frame, recordsWith(without([frame], before, after))]).toEqual([frame, 33]);
      const lost = frames.slice(0, index + 1);
      expect([lost, recordsWith(without(lost, before, after))]).toEqual([lost, 33]);
    }
  });

  test("frames of a commit that a kill has cut short", () => {
    const writer = open((statement, sql) => {
      if (sql !== "COMMIT") return statement;
      return {
        run: () => {
          takeImage();
          return statement.run();
        },
      };
    });
    writer.pragma("cache_size = 10");
    writer.commit([message(10, true)]);
    writer.commit([message(400_000)]);
    writer.close();
    restore();
    const next = open();
    next.commit([message(20_000)]);
    const { before, after, frames } = lastCommit(next, 20_000);
    // Frames of the large commit stand behind the last one.
    expect(after.length).toBe(before.length);
    expect(after.length).toBeGreaterThan(frameStart(frames.at(-1)! + 3));
    expect(recordsWith(after)).toBe(3);
    for (const frame of frames) expect([frame, recordsWith(without([frame], before, after))]).toEqual([frame, 2]);
  });

  test("frames of a commit that had lost its first one with the power before", () => {
    const writer = open();
    writer.commit([message(10, true)]);
    const first = lastCommit(writer, 400_000);
    restore();
    const zeros = Buffer.alloc(first.after.length);
    writeFileSync(`${segmentPath(live, 1)}-wal`, without(first.frames.slice(0, 1), zeros, first.after));
    const next = open();
    next.commit([message(20_000)]);
    const { before, after, frames } = lastCommit(next, 20_000);
    expect(after.length).toBeGreaterThan(frameStart(frames.at(-1)! + 3));
    expect(recordsWith(after)).toBe(3);
    for (const frame of frames) expect([frame, recordsWith(without([frame], before, after))]).toEqual([frame, 2]);
  });
});

test.each([10, 20_000])(
  "F14: a flipped bit in salts or checksum of a commit is said to be damage when one commit (of %d bytes) follows",
  (bytes) => {
    const writer = open();
    writer.commit([message(10, true)]);
    writer.commit([message(20_000)]);
    const { after, frames } = lastCommit(writer, bytes);
    const broken = frames[0]! - 1;
    expect(isCommit(after, broken)).toBe(true);
    for (let bit = 0; bit < 128; bit += 1) {
      const flipped = Buffer.from(after);
      const at = frameStart(broken) + 8 + (bit >>> 3);
      flipped[at] = flipped[at]! ^ (1 << (bit & 7));
      expect([bit, recordsWith(flipped)]).toEqual([bit, expect.stringContaining(`frame ${broken} has changed`)]);
    }
  },
);
