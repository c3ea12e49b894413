import { existsSync, readFileSync } from "node:fs";

const HEADER_WORDS = 8;
const FRAME_HEADER_WORDS = 6;
/** Written by a little-endian machine, with checksums in its own order. */
const LITTLE_ENDIAN_MAGIC = 0x377f0682;

/**
 * Tells whether a write-ahead log has lost commits that had been synced. SQLite ends its recovery at the first frame
 * whose checksum fails, without a word: right for a torn end, wrong for a flipped bit further up. Each commit is synced
 * before the next is written, so a sound frame behind a broken commit proves that the broken one stood (F14). Damage
 * within the very last commit cannot be told from a torn end.
 * Format: https://sqlite.org/fileformat2.html#walformat
 *
 * @returns what is wrong, or `undefined`.
 */
export function walDamage(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const words = littleEndianWords(readFileSync(path));
  if (words === undefined || words.length < HEADER_WORDS) return undefined;
  if (byteSwapped(words[0]!) !== LITTLE_ENDIAN_MAGIC) {
    return byteSwapped(words[0]!) === (LITTLE_ENDIAN_MAGIC | 1) ? undefined : `${path}: the header has changed`;
  }
  const sum = new Sum(0, 0);
  sum.add(words, 0, 6);
  if (!sum.equals(words, 6)) return `${path}: the header has changed`;
  const pageWords = byteSwapped(words[2]!) / 4;
  const broken = firstBroken(words, pageWords, sum);
  return broken !== undefined && standsBehind(words, pageWords, broken)
    ? `${path}: frame ${broken} has changed, and sound commits follow it`
    : undefined;
}

function littleEndianWords(bytes: Buffer): Uint32Array | undefined {
  if (new Uint8Array(Uint32Array.of(1).buffer)[0] !== 1) return undefined;
  const copy = new Uint8Array(bytes.length & ~3);
  copy.set(bytes.subarray(0, copy.length));
  return new Uint32Array(copy.buffer);
}

/** Index of the first frame that recovery would stop at; `undefined` when all are sound. */
function firstBroken(words: Uint32Array, pageWords: number, sum: Sum): number | undefined {
  const frames = frameCount(words, pageWords);
  for (let frame = 0; frame < frames; frame += 1) {
    const at = frameAt(frame, pageWords);
    sum.add(words, at, 2);
    sum.add(words, at + FRAME_HEADER_WORDS, pageWords);
    if (!sameSalt(words, at) || !sum.equals(words, at + 4)) return frame;
  }
  return undefined;
}

/** Whether a frame that continues its predecessor's checksum stands behind a commit at or above `broken`. */
function standsBehind(words: Uint32Array, pageWords: number, broken: number): boolean {
  const frames = frameCount(words, pageWords);
  let commitSeen = isCommit(words, frameAt(broken, pageWords));
  for (let frame = broken + 1; frame < frames; frame += 1) {
    const at = frameAt(frame, pageWords);
    const before = frameAt(frame - 1, pageWords);
    const sum = new Sum(words[before + 4]!, words[before + 5]!);
    sum.add(words, at, 2);
    sum.add(words, at + FRAME_HEADER_WORDS, pageWords);
    if (!sameSalt(words, at)) continue;
    if (commitSeen && sum.equals(words, at + 4)) return true;
    commitSeen ||= isCommit(words, at);
  }
  return false;
}

function frameCount(words: Uint32Array, pageWords: number): number {
  return Math.floor((words.length - HEADER_WORDS) / (FRAME_HEADER_WORDS + pageWords));
}

function frameAt(frame: number, pageWords: number): number {
  return HEADER_WORDS + frame * (FRAME_HEADER_WORDS + pageWords);
}

function sameSalt(words: Uint32Array, at: number): boolean {
  return words[at + 2] === words[4] && words[at + 3] === words[5];
}

function isCommit(words: Uint32Array, at: number): boolean {
  return words[at + 1] !== 0;
}

function byteSwapped(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

/** SQLite's running checksum over pairs of words. */
class Sum {
  #first: number;
  #second: number;

  constructor(first: number, second: number) {
    this.#first = swap(first);
    this.#second = swap(second);
  }

  add(words: Uint32Array, from: number, count: number): void {
    let first = this.#first;
    let second = this.#second;
    for (let at = from; at < from + count; at += 2) {
      first = (first + words[at]! + second) | 0;
      second = (second + words[at + 1]! + first) | 0;
    }
    this.#first = first;
    this.#second = second;
  }

  /** Whether it equals the stored pair at `at`. */
  equals(words: Uint32Array, at: number): boolean {
    return this.#first === swap(words[at]!) && this.#second === swap(words[at + 1]!);
  }
}

/** Sums are stored big-endian, whatever the order in which they are computed. */
function swap(word: number): number {
  return byteSwapped(word) | 0;
}
