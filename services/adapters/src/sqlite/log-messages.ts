import type { Failure } from "./failure.ts";
import type { Lane } from "./log-segment.ts";

/** What the threads of a log say to each other. All of a log's threads belong to one `openSqliteLog`. */

export interface LogThreadData {
  readonly folder: string;
  readonly segmentBytes: number;
}

export interface SegmentStart {
  readonly number: number;
  /** The next offset of each lane where the segment begins; a lane not listed began later, at 0. */
  readonly starts: readonly number[];
}

export type ToWriter =
  /** Records end to end in `bytes`; `pairs` holds lane and length of each. One such message becomes one commit. */
  | {
      readonly kind: "commit";
      readonly bytes: ArrayBuffer;
      readonly pairs: Uint32Array;
      readonly lanes: readonly Lane[];
    }
  /** The segment after the current one has been made. */
  | { readonly kind: "prepared"; readonly number: number }
  /** It could not be made. */
  | { readonly kind: "unprepared" }
  | { readonly kind: "pragma"; readonly id: number; readonly text: string }
  | { readonly kind: "close" };

export type FromWriter =
  | {
      readonly kind: "opened";
      readonly lanes: readonly Lane[];
      readonly ends: readonly number[];
      readonly segments: readonly SegmentStart[];
    }
  /** The log cannot be opened. */
  | { readonly kind: "refused"; readonly failure: Failure }
  | WriterAnswer
  | { readonly kind: "prepare"; readonly number: number }
  | { readonly kind: "pragma"; readonly id: number; readonly value?: unknown; readonly failure?: Failure }
  | { readonly kind: "closed" };

export interface WriterAnswer {
  readonly kind: "committed";
  /** How many "commit" messages it answers, oldest first. */
  readonly commits: number;
  readonly time: number;
  /** The offset of each record of these messages. */
  readonly offsets: Float64Array<ArrayBuffer>;
  /** Set when the commit opened a segment. */
  readonly began?: SegmentStart;
  /** Bytes added to the write-ahead log, about. */
  readonly written: number;
  /** Set when nothing was acknowledged: certainly not written, or perhaps. */
  readonly failed?: { readonly certain: boolean; readonly reason: string; readonly ends: readonly number[] };
}

export type ToReader =
  | {
      readonly kind: "read";
      readonly id: number;
      readonly segment: number;
      readonly lane: number;
      readonly from: number;
      /** Records below it stand in this segment. */
      readonly to: number;
      readonly maxBytes: number;
    }
  /** Makes the file of a segment, if there is none, and keeps it open until it is sealed. */
  | { readonly kind: "prepare"; readonly number: number }
  /** Moves the write-ahead log of a segment into it; `sealed`: all of it, nothing more will come. */
  | { readonly kind: "checkpoint"; readonly number: number; readonly sealed: boolean }
  | { readonly kind: "drop"; readonly id: number; readonly numbers: readonly number[] }
  | { readonly kind: "close" };

export type FromReader =
  | {
      readonly kind: "read";
      readonly id: number;
      readonly bytes: ArrayBuffer;
      /** Offset, append time and length of each record. */
      readonly triples: Float64Array<ArrayBuffer>;
    }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly kind: "prepared"; readonly number: number }
  | { readonly kind: "unprepared" }
  | { readonly kind: "dropped"; readonly id: number }
  | { readonly kind: "closed" };
