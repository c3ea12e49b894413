import { FrameHeaderCodec } from "@atlas/gen/atlas/log/v1/frame_codec";
import type { FrameHeader } from "@atlas/gen/atlas/log/v1/frame_pb";
import { type Codec, decode } from "@atlas/gen/codec/codec";
import { MalformedError, UnknownFieldError } from "@atlas/gen/codec/errors";
import { Reader } from "@atlas/gen/codec/reader";
import { Writer } from "@atlas/gen/codec/writer";
import type { Digest } from "../../ports/digest.ts";

/** `header = 1` and `messages = 2`, both length-delimited, in every `...Frame` of atlas.log.v1. */
const HEADER = 10;
const MESSAGE = 18;
/** What a message takes besides its bytes, and a header, at most. */
const ENVELOPE = 8;
const HEADER_ROOM = 512;

/** What a writer says of its frame; the checksum is computed. Numbers that do not apply are 0. */
export interface FrameFields {
  readonly source: string;
  readonly writer: string;
  readonly firstNumber: bigint;
  readonly chain?: bigint;
  readonly original?: FrameHeader["original"];
  readonly after?: bigint;
  readonly through?: bigint;
}

/** A record taken apart: its messages are still bytes, so that one which does not decode spoils no other (S26). */
export interface Frame {
  readonly header: FrameHeader;
  /** How many messages. */
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Where each message starts and ends in `bytes`: two numbers a message. */
  readonly spans: readonly number[];
}

/** The record is not what its writer wrote: torn, flipped or no frame at all. */
export class BrokenFrameError extends Error {
  override name = "BrokenFrameError";
}

const writer = new Writer();
const reader = new Reader();

/**
 * A record of messages that are encoded already, equal to what protobuf-es writes for the frame. The checksum is CRC-32
 * over all bytes behind the header field, tags and lengths of the messages included.
 */
export function encodeFrame(fields: FrameFields, messages: readonly Uint8Array[], digest: Digest): Uint8Array {
  writer.drop();
  writer.expect(messages.reduce((sum, message) => sum + message.length + ENVELOPE, HEADER_ROOM));
  for (let index = messages.length - 1; index >= 0; index--) writer.copy(MESSAGE, messages[index] as Uint8Array);
  return seal(fields, digest);
}

/** The same of messages as they are: nothing is encoded twice or copied in between. */
export function encodeFrameOf<M>(
  codec: Codec<M>,
  fields: FrameFields,
  messages: readonly M[],
  digest: Digest,
): Uint8Array {
  writer.drop();
  for (let index = messages.length - 1; index >= 0; index--) {
    const before = writer.length;
    codec.write(writer, messages[index] as M);
    writer.close(MESSAGE, before);
  }
  return seal(fields, digest);
}

/** Puts the header in front; the writer goes backwards. */
function seal(fields: FrameFields, digest: Digest): Uint8Array {
  const checksum = digest.crc32(writer.view());
  const before = writer.length;
  FrameHeaderCodec.write(writer, headerOf(fields, checksum));
  writer.close(HEADER, before);
  return writer.take();
}

function headerOf(fields: FrameFields, checksum: number): FrameHeader {
  return {
    $typeName: "atlas.log.v1.FrameHeader",
    source: fields.source,
    writer: fields.writer,
    firstNumber: fields.firstNumber,
    checksum,
    chain: fields.chain ?? 0n,
    original: fields.original,
    after: fields.after ?? 0n,
    through: fields.through ?? 0n,
  };
}

/**
 * Takes a record apart and checks its checksum. Throws `BrokenFrameError` when it does not match or the bytes are no
 * frame, and `UnknownFieldError` when the header or the frame holds a field that this version does not know.
 */
export function openFrame(record: Uint8Array, digest: Digest): Frame {
  try {
    return takeApart(record, digest);
  } catch (error) {
    if (error instanceof MalformedError) throw new BrokenFrameError(error.message);
    throw error;
  } finally {
    reader.close();
  }
}

/** A record's frame; `undefined`: it is none, and says nothing (F13). Throws `UnknownFieldError` as `openFrame` does. */
export function frameOf(record: Uint8Array, digest: Digest): Frame | undefined {
  return unlessBroken(() => openFrame(record, digest));
}

/** What is read of a record; `undefined`: it is no frame (F13). */
export function unlessBroken(read: () => Frame): Frame | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BrokenFrameError) return undefined;
    throw error;
  }
}

function takeApart(record: Uint8Array, digest: Digest): Frame {
  reader.open(record, 0);
  if (reader.tag() !== HEADER) throw new BrokenFrameError("no header in front");
  const end = reader.end(record.length);
  const header = FrameHeaderCodec.read(reader, end);
  if (digest.crc32(record.subarray(end)) !== header.checksum) throw new BrokenFrameError("the checksum does not match");
  const spans: number[] = [];
  while (reader.pos < record.length) {
    const tag = reader.tag();
    if (tag !== MESSAGE) throw new UnknownFieldError("a frame of atlas.log.v1", tag >>> 3);
    const stop = reader.end(record.length);
    spans.push(reader.pos, stop);
    reader.pos = stop;
  }
  return { header, count: spans.length / 2, bytes: record, spans };
}

/** A message of the frame. Throws what `decode` throws. */
export function readMessage<M>(frame: Frame, index: number, codec: Codec<M>): M {
  return decode(codec, frame.bytes, start(frame, index), stop(frame, index));
}

/** All of them. */
export function readMessages<M>(frame: Frame, codec: Codec<M>): M[] {
  const messages: M[] = [];
  for (let index = 0; index < frame.count; index++) messages.push(readMessage(frame, index, codec));
  return messages;
}

/** A message's bytes as they stand in the record: a view of it. */
export function messageBytes(frame: Frame, index: number): Uint8Array {
  return frame.bytes.subarray(start(frame, index), stop(frame, index));
}

function start(frame: Frame, index: number): number {
  return frame.spans[2 * index] as number;
}

function stop(frame: Frame, index: number): number {
  return frame.spans[2 * index + 1] as number;
}
