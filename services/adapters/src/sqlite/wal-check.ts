import { existsSync, readFileSync } from "node:fs";

const HEADER_WORDS = 8;
const FRAME_HEADER_WORDS = 6;
/** Written by a little-endian machine, with checksums in its own order. */
const LITTLE_ENDIAN_MAGIC = 0x377f0682;

/**
 * Tells whether a write-ahead log has lost commits that had been synced. SQLite ends its recovery at the first frame
 * whose checksum fails, without a word: right for a torn end, wrong for a flipped bit further up. Each commit is synced
 * before the next is written, so a whole commit that continues another one proves that the other stood (F14). Damage
 * within the very last commit cannot be told from a torn end.
 *
 * What stands behind the end proves nothing: frames of an earlier generation, with other salts, and of commits that a
 * kill or a loss of power cut short, whose places later ones took in part. These continue no commit.
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
  return broken !== undefined && commitFollows(words, pageWords, broken, sum)
    ? `${path}: frame ${broken} has changed, and sound commits follow it`
    : undefined;
}

function littleEndianWords(bytes: Buffer): Uint32Array | undefined {
  if (new Uint8Array(Uint32Array.of(1).buffer)[0] !== 1) return undefined;
  const copy = new Uint8Array(bytes.length & ~3);
  copy.set(bytes.subarray(0, copy.length));
  return new Uint32Array(copy.buffer);
}

/** Index of the first frame that recovery would stop at; `undefined` when all are sound. `sum` then covers it. */
function firstBroken(words: Uint32Array, pageWords: number, sum: Sum): number | undefined {
  const frames = frameCount(words, pageWords);
  for (let frame = 0; frame < frames; frame += 1) {
    if (!continues(words, pageWords, frame, sum)) return frame;
  }
  return undefined;
}

/**
 * Whether a whole commit continues one that ends at or behind `broken`.
 *
 * @param sum of all frames to the broken one: where a bit of its stored sum has flipped, the next frame continues this.
 */
function commitFollows(words: Uint32Array, pageWords: number, broken: number, sum: Sum): boolean {
  const frames = frameCount(words, pageWords);
  let followsCommit = false;
  for (let frame = broken + 1; frame < frames; frame += 1) {
    const before = frameAt(frame - 1, pageWords);
    const isSound =
      continues(words, pageWords, frame, new Sum(words[before + 4]!, words[before + 5]!)) ||
      (frame === broken + 1 && continues(words, pageWords, frame, sum));
    followsCommit = isSound && (followsCommit || isCommit(words, before));
    if (followsCommit && isCommit(words, frameAt(frame, pageWords))) return true;
  }
  return false;
}

/** Whether a frame is of this generation, and its stored sum is `sum` with what it holds, which is added. */
function continues(words: Uint32Array, pageWords: number, frame: number, sum: Sum): boolean {
  const at = frameAt(frame, pageWords);
  sum.add(words, at, 2);
  sum.add(words, at + FRAME_HEADER_WORDS, pageWords);
  return sameSalt(words, at) && sum.equals(words, at + 4);
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
