import { crc32 } from "node:zlib";
import { decodeEntries } from "./log-commit.ts";
import type { Position, Segment } from "./log-segment.ts";

export interface ScannedRecord {
  readonly offset: number;
  readonly time: number;
  readonly bytes: Uint8Array;
}

interface Place {
  readonly offset: number;
  readonly start: number;
  readonly length: number;
  readonly crc: number;
}

interface CachedCommit {
  readonly time: number;
  readonly lanes: ReadonlyMap<number, readonly Place[]>;
  readonly entryBytes: number;
  frames: Uint8Array | undefined;
}

/** Commits read lately, up to a number of bytes: shards that start together read the same commits, each its own lane. */
export class CommitCache {
  readonly #commits = new Map<number, CachedCommit>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The index of commit `seq`; `undefined` when there is none. */
  commit(segment: Segment, seq: number): CachedCommit | undefined {
    const cached = this.#commits.get(seq);
    if (cached !== undefined) return cached;
    const index = segment.index(seq);
    if (index === undefined) return undefined;
    const commit: CachedCommit = {
      time: index.time,
      lanes: byLane(index.entries),
      entryBytes: index.entries.length * 4,
      frames: undefined,
    };
    this.#commits.set(seq, commit);
    this.#grow(commit.entryBytes);
    return commit;
  }

  frames(segment: Segment, seq: number, commit: CachedCommit): Uint8Array {
    if (commit.frames === undefined) {
      commit.frames = segment.frames(seq);
      if (this.#commits.get(seq) === commit) this.#grow(commit.frames.length);
    }
    return commit.frames;
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    for (const [seq, oldest] of this.#commits) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#commits.delete(seq);
      this.#bytes -= oldest.entryBytes + (oldest.frames?.length ?? 0);
    }
  }
}

/** Reads single lanes of one segment: finds the place by its positions rows, then goes from commit to commit. */
export class SegmentScanner {
  readonly #segment: Segment;
  readonly #cache: CommitCache;
  readonly #positions: Position[] = [];

  constructor(segment: Segment, cache: CommitCache) {
    this.#segment = segment;
    this.#cache = cache;
  }

  /**
   * Records `from <= offset < to` of a lane, all of which must stand in this segment: at least one, and no more than
   * `maxBytes` unless the first alone is larger. Throws `LogDamaged` when one is missing or has changed.
   */
  read(lane: number, from: number, to: number, maxBytes: number): ScannedRecord[] {
    const found: ScannedRecord[] = [];
    this.#positions.push(...this.#segment.positionsAbove(this.#positions.at(-1)?.seq ?? 0));
    let left = maxBytes;
    for (let next = from; next < to && left > 0; ) {
      const block = this.#lastNotAbove(lane, next);
      const first = this.#positions[block]?.seq;
      if (first === undefined) throw this.#segment.damaged("its first positions are missing");
      const end = this.#positions[block + 1]?.seq ?? Number.POSITIVE_INFINITY;
      const before = next;
      for (let seq = first; seq < end && next < to && left > 0; seq += 1) {
        left = this.#take(seq, lane, next, to, left, found);
        next = from + found.length;
      }
      if (next === before && left > 0)
        throw this.#segment.damaged(`record ${next} of partition number ${lane} is missing`);
    }
    return found;
  }

  /** @returns how many bytes are left, 0 once the next record does not fit. */
  #take(seq: number, lane: number, next: number, to: number, left: number, found: ScannedRecord[]): number {
    const commit = this.#cache.commit(this.#segment, seq);
    if (commit === undefined) throw this.#segment.damaged(`commit ${seq} is missing`);
    let wanted = next;
    for (const place of commit.lanes.get(lane) ?? []) {
      if (place.offset < wanted) continue;
      if (place.offset >= to) return left;
      if (place.offset > wanted) throw this.#segment.damaged(`record ${wanted} of partition number ${lane} is missing`);
      if (place.length > left && found.length > 0) return 0;
      found.push({ offset: place.offset, time: commit.time, bytes: this.#bytes(seq, commit, place) });
      left = Math.max(0, left - place.length);
      wanted += 1;
    }
    return left;
  }

  #bytes(seq: number, commit: CachedCommit, place: Place): Uint8Array {
    const frames = this.#cache.frames(this.#segment, seq, commit);
    const bytes = frames.subarray(place.start, place.start + place.length);
    if (bytes.length !== place.length || crc32(bytes) !== place.crc) {
      throw this.#segment.damaged(`a record of commit ${seq} has changed`);
    }
    return bytes;
  }

  /** Index of the last positions row at which the lane had not yet reached beyond `offset`. */
  #lastNotAbove(lane: number, offset: number): number {
    let low = 0;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#positions[middle]?.ends[lane] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function byLane(entries: Uint8Array): Map<number, Place[]> {
  const lanes = new Map<number, Place[]>();
  let start = 0;
  for (const { lane, length, crc, offset } of decodeEntries(entries)) {
    const place = { offset, start, length, crc };
    const places = lanes.get(lane);
    if (places === undefined) lanes.set(lane, [place]);
    else places.push(place);
    start += length;
  }
  return lanes;
}
