import { crc32 } from "node:zlib";

/**
 * The stored form of a commit: an index of its records, and their bytes end to end. A lane is a partition of a topic,
 * numbered by the order of first use, for the whole life of a log.
 */
export interface CommitIndex {
  readonly seq: number;
  readonly time: number;
  /** `ENTRY_BYTES` for each record, little endian: lane u32, length u32, CRC-32 of the bytes u32, offset f64. */
  readonly entries: Uint8Array;
}

export interface CommitEntry {
  readonly lane: number;
  readonly length: number;
  readonly crc: number;
  readonly offset: number;
}

const ENTRY_BYTES = 20;

/**
 * Indexes records that lie end to end in `bytes`. `pairs` holds lane and length of each; `ends` the next offset of each
 * lane, which is raised; `offsets` takes the offset given to each, from `at` on.
 */
export function encodeEntries(
  bytes: Uint8Array,
  pairs: Uint32Array,
  ends: number[],
  offsets: Float64Array,
  at: number,
): Uint8Array {
  const count = pairs.length >>> 1;
  const entries = new Uint8Array(count * ENTRY_BYTES);
  const view = new DataView(entries.buffer);
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const lane = pairs[2 * index]!;
    const length = pairs[2 * index + 1]!;
    const offset = ends[lane] ?? 0;
    view.setUint32(index * ENTRY_BYTES, lane, true);
    view.setUint32(index * ENTRY_BYTES + 4, length, true);
    view.setUint32(index * ENTRY_BYTES + 8, crc32(bytes.subarray(start, start + length)), true);
    view.setFloat64(index * ENTRY_BYTES + 12, offset, true);
    ends[lane] = offset + 1;
    offsets[at + index] = offset;
    start += length;
  }
  return entries;
}

export function decodeEntries(entries: Uint8Array): CommitEntry[] {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  const decoded: CommitEntry[] = [];
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    decoded.push({
      lane: view.getUint32(at, true),
      length: view.getUint32(at + 4, true),
      crc: view.getUint32(at + 8, true),
      offset: view.getFloat64(at + 12, true),
    });
  }
  return decoded;
}

/** Covers everything of a commit but the records' bytes, which have their own. */
export function indexCrc(index: CommitIndex): number {
  return numbersCrc([index.seq, index.time], index.entries);
}

/** The next offset of each lane, as kept in a positions row. */
export function encodeEnds(ends: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(ends).buffer);
}

export function decodeEnds(stored: Uint8Array): number[] {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  return Array.from({ length: stored.byteLength >>> 3 }, (_, lane) => view.getFloat64(lane * 8, true));
}

/** Covers numbers and bytes that belong together. */
export function numbersCrc(numbers: readonly number[], bytes: Uint8Array): number {
  return crc32(bytes, crc32(new Uint8Array(Float64Array.from(numbers).buffer)));
}
