import { crc32 } from "node:zlib";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import type { FrameHeader } from "@atlas/gen/atlas/log/v1/frame_pb";
import type { Codec } from "@atlas/gen/codec/codec";
import { type Frame, messageBytes, openFrame, readMessage } from "@atlas/platform/wire/codec/frame";
import { ChecksumTable } from "./checksum-table.ts";
import type { Rule } from "./findings.ts";
import type { LogSource } from "./log-source.ts";

const digest = systemDigest();

/** A frame, and where it stands. */
export interface PlacedFrame {
  readonly offset: number;
  readonly frame: Frame;
  readonly header: FrameHeader;
}

/** A record's frame; a broken one is told and passed over. */
export async function* frames(
  source: LogSource,
  topic: string,
  partition: number,
  readable: Rule,
): AsyncGenerator<PlacedFrame, undefined> {
  const { start, end } = await source.range(topic, partition);
  let next = start;
  for await (const { offset, bytes } of source.records(topic, partition, start, end)) {
    if (offset !== next) readable.broken(`${topic}/${partition}: offset ${offset} where ${next} was due`);
    next = offset + 1;
    readable.see();
    try {
      const frame = openFrame(bytes, digest);
      yield { offset, frame, header: frame.header };
    } catch (error) {
      readable.broken(`${topic}/${partition} at ${offset}: ${(error as Error).message}`);
    }
  }
  return undefined;
}

/**
 * The messages of a shard's output, each once, by rising sequence: a gap breaks `gapless` (I19), a repeat that is not the
 * same, byte by byte, breaks `same` (I20). A log that was trimmed begins with what it has.
 */
export async function* sequenced<M>(
  source: LogSource,
  topic: string,
  partition: number,
  codec: Codec<M>,
  rules: { readonly readable: Rule; readonly gapless: Rule; readonly same: Rule },
): AsyncGenerator<{ sequence: number; message: M }> {
  const checksums = new ChecksumTable();
  let last: number | undefined;
  for await (const { frame, header } of frames(source, topic, partition, rules.readable)) {
    const begin = Number(header.firstNumber);
    for (let index = 0; index < frame.count; index++) {
      const sequence = begin + index;
      const checksum = crc32(messageBytes(frame, index));
      if (last !== undefined && sequence <= last) {
        rules.same.see();
        if (checksums.get(sequence) !== checksum)
          rules.same.broken(`${topic}/${partition}: ${sequence} stands there in two versions`);
        continue;
      }
      if (last !== undefined && sequence !== last + 1) {
        rules.gapless.broken(`${topic}/${partition}: ${sequence} comes after ${last}`);
      }
      checksums.set(sequence, checksum);
      last = sequence;
      rules.gapless.see();
      const message = read(frame, index, codec);
      if (message === undefined) rules.readable.broken(`${topic}/${partition}: ${sequence} cannot be read`);
      else yield { sequence, message };
    }
  }
}

/** `undefined`: it is no such message, or one of a newer build. */
export function read<M>(frame: Frame, index: number, codec: Codec<M>): M | undefined {
  try {
    return readMessage(frame, index, codec);
  } catch {
    return undefined;
  }
}
