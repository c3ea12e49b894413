import { decodeEntries } from "./log-commit.ts";
import { listSegments, segmentPath } from "./log-folder.ts";
import { openLogFolder } from "./log-opening.ts";
import { CommitCache, SegmentScanner } from "./log-scanner.ts";
import { Segment } from "./log-segment.ts";

export interface LogVerification {
  readonly segments: number;
  readonly records: number;
  readonly bytes: number;
}

const PAGE_BYTES = 8 << 20;

/** Reads every record of a log that nobody has open, and checks all there is to check. Throws `LogDamaged`. */
export function verifyLogFolder(folder: string): LogVerification {
  openLogFolder(folder).current.close();
  const numbers = listSegments(folder);
  const total = { segments: numbers.length, records: 0, bytes: 0 };
  for (const number of numbers) {
    const segment = new Segment(segmentPath(folder, number));
    segment.check();
    const scanner = new SegmentScanner(segment, new CommitCache(PAGE_BYTES * 2));
    const starts = segment.outerPosition("first")?.ends ?? [];
    for (const [lane, end] of endsOf(segment).entries()) {
      for (let next = starts[lane] ?? 0; next < end; ) {
        const records = scanner.read(lane, next, end, PAGE_BYTES);
        next += records.length;
        total.records += records.length;
        total.bytes += records.reduce((sum, record) => sum + record.bytes.length, 0);
      }
    }
    segment.close();
  }
  return total;
}

/** The next offset of each lane behind the segment's last commit. */
function endsOf(segment: Segment): number[] {
  const ends = segment.lanes().map(() => 0);
  const first = segment.outerPosition("first");
  for (const [lane, end] of (first?.ends ?? []).entries()) ends[lane] = end;
  const span = segment.span();
  for (let seq = span?.first ?? 0; span !== undefined && seq <= span.last; seq += 1) {
    const index = segment.index(seq);
    if (index === undefined) throw segment.damaged(`commit ${seq} is missing`);
    for (const entry of decodeEntries(index.entries)) ends[entry.lane] = entry.offset + 1;
  }
  return ends;
}
