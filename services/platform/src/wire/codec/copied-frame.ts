import type { FrameHeader } from "@atlas/gen/atlas/log/v1/frame_pb";
import type { Digest } from "../../ports/digest.ts";
import type { LogRecord } from "../../ports/log.ts";
import { millisecondsOf, timestampOf } from "../time.ts";
import { BrokenFrameError, encodeFrame, type Frame, frameOf, messageBytes, openFrame, unlessBroken } from "./frame.ts";

/** The append time by which a frame is decided: of a copied one the original's (S1). */
export function frameTime({ original }: FrameHeader, { appendTime }: Pick<LogRecord, "appendTime">): number {
  return millisecondsOf(original?.appendTime) ?? appendTime;
}

/**
 * Throws unless a copied frame stands where its original stood. Causes, links of images to the log and output positions are
 * positions of originals: behind another offset they would name other inputs (S1, S20).
 */
function checkPlace({ original }: FrameHeader, { offset }: Pick<LogRecord, "offset">): void {
  if (original === undefined || Number(original.offset) === offset) return;
  throw new Error(`a copy stands at offset ${offset}, its original stood at ${original.offset}`);
}

/** Of the frame that carries a record which was no frame itself: the contract lets no writer go without a name. */
const NOBODY = "";

/**
 * A record's frame, whether it was first said here or is a copy. Throws what `openFrame` throws; of the copy of something that was no
 * frame what its original threw, with what tells when that was appended.
 */
export function openStanding(record: LogRecord, digest: Digest): Frame {
  const frame = openFrame(record.bytes, digest);
  const { header } = frame;
  if (header.original === undefined) return frame;
  checkPlace(header, record);
  if (header.source !== NOBODY) return frame;
  try {
    return openFrame(messageBytes(frame, 0), digest);
  } catch (error) {
    if (error instanceof BrokenFrameError) throw new BrokenCopyError(error.message, frameTime(header, record));
    throw error;
  }
}

/** A record's frame as `openStanding` opens it; `undefined`: there is none, or the original was none, and it says nothing (F13). */
export function standingFrameOf(record: LogRecord, digest: Digest): Frame | undefined {
  return unlessBroken(() => openStanding(record, digest));
}

/** A copied record was no frame where it first stood. */
export class BrokenCopyError extends BrokenFrameError {
  /** When it was appended there. */
  readonly appendTime: number;

  constructor(message: string, appendTime: number) {
    super(message);
    this.appendTime = appendTime;
  }
}

/**
 * A record as it goes into another log: the same words, and where and when they were first said. A copy of a copy keeps what it says of
 * its original; what is no frame goes into one of nobody's, for it is decided too (F13). Throws `UnknownFieldError`.
 */
export function copiedRecord(record: LogRecord, digest: Digest): Uint8Array {
  const frame = frameOf(record.bytes, digest);
  if (frame?.header.original !== undefined) return record.bytes;
  const original = {
    $typeName: "atlas.log.v1.Original",
    offset: BigInt(record.offset),
    appendTime: timestampOf(record.appendTime),
  } as const;
  if (frame === undefined) {
    return encodeFrame({ source: NOBODY, writer: NOBODY, firstNumber: 0n, original }, [record.bytes], digest);
  }
  const messages = Array.from({ length: frame.count }, (_, index) => messageBytes(frame, index));
  return encodeFrame({ ...frame.header, original }, messages, digest);
}
