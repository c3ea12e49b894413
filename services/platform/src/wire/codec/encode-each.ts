import type { Codec } from "@atlas/gen/codec/codec";
import { Writer } from "@atlas/gen/codec/writer";

/** A buffer that unusually many messages have grown is not kept beyond this. */
const KEPT = 4_194_304;
let writer = new Writer();

/** The bytes of each message, all in one buffer: a buffer for each costs more than the encoding. */
export function encodeEach<M>(codec: Codec<M>, messages: readonly M[]): Uint8Array[] {
  writer.reset();
  const befores = new Array<number>(messages.length);
  for (let index = messages.length - 1; index >= 0; index--) {
    befores[index] = writer.length;
    codec.write(writer, messages[index] as M);
  }
  const bytes = writer.take();
  if (writer.bytes.length > KEPT) writer = new Writer();
  const encoded = new Array<Uint8Array>(messages.length);
  let start = 0;
  for (let index = 0; index < messages.length; index++) {
    const end = bytes.length - (befores[index] as number);
    encoded[index] = bytes.subarray(start, end);
    start = end;
  }
  return encoded;
}
