import { LogDamaged } from "@atlas/platform/ports/log";
import { decodeEntries } from "./log-commit.ts";
import { listSegments, removeOrphans, segmentPath, syncFolder } from "./log-folder.ts";
import type { SegmentStart } from "./log-messages.ts";
import { type Lane, type Position, Segment } from "./log-segment.ts";
import { walDamage } from "./wal-check.ts";

/** Where appending goes on. */
export interface LogEnd {
  readonly lanes: Lane[];
  /** The next offset of each lane. */
  readonly ends: number[];
  /** The number of the next commit. */
  readonly seq: number;
}

export interface OpenedLog extends LogEnd {
  readonly segments: readonly SegmentStart[];
  /** The newest segment, open. */
  readonly current: Segment;
  readonly number: number;
}

/** Opens the newest segment of a log and finds its end; looks at the others only where they meet. */
export function openLogFolder(folder: string): OpenedLog {
  const numbers = listSegments(folder);
  removeOrphans(folder);
  for (const number of numbers) checkWal(segmentPath(folder, number));
  const segments: SegmentStart[] = [];
  let seq = 1;
  let last: { number: number; segment: Segment } | undefined;
  for (const number of numbers) {
    const segment = new Segment(segmentPath(folder, number));
    const begin = beginOf(segment);
    if (begin === undefined) {
      segment.close();
      if (number !== numbers.at(-1)) throw segment.damaged("is empty, and segments follow it");
      continue;
    }
    const isFirst = last === undefined;
    if (begin.seq !== seq && (!isFirst || number === 1))
      throw segment.damaged(`begins with commit ${begin.seq}, not ${seq}`);
    last?.segment.close();
    last = { number, segment };
    segments.push({ number, starts: begin.ends });
    seq = (segment.span()?.last ?? 0) + 1;
  }
  if (last !== undefined) {
    last.segment.check();
    return { ...findEnd(last.segment), segments, current: last.segment, number: last.number };
  }
  return emptyLog(folder, numbers[0] ?? 1);
}

/** The end of the log, from the segment that holds it: its last positions row and the commits behind that. */
export function findEnd(segment: Segment): LogEnd {
  const span = segment.span();
  const position = segment.outerPosition("last");
  if (span === undefined || position === undefined) return { lanes: [], ends: [], seq: 1 };
  const lanes = segment.lanes();
  const ends = lanes.map((_, lane) => position.ends[lane] ?? 0);
  for (let seq = position.seq; seq <= span.last; seq += 1) {
    const index = segment.index(seq);
    if (index === undefined) throw segment.damaged(`commit ${seq} is missing`);
    for (const entry of decodeEntries(index.entries)) {
      if (ends[entry.lane] !== entry.offset) throw segment.damaged(`commit ${seq} does not follow those before it`);
      ends[entry.lane] = entry.offset + 1;
    }
  }
  return { lanes, ends, seq: span.last + 1 };
}

function beginOf(segment: Segment): Position | undefined {
  const span = segment.span();
  if (span === undefined) return undefined;
  const begin = segment.outerPosition("first");
  if (begin?.seq !== span.first) throw segment.damaged("its first commits are missing");
  return begin;
}

function emptyLog(folder: string, number: number): OpenedLog {
  const current = new Segment(segmentPath(folder, number));
  syncFolder(folder);
  return { lanes: [], ends: [], seq: 1, segments: [{ number, starts: [] }], current, number };
}

function checkWal(path: string): void {
  const damage = walDamage(`${path}-wal`);
  if (damage !== undefined) throw new LogDamaged(damage);
}
