import type { Codec } from "@atlas/gen/codec/codec";
import { Writer } from "@atlas/gen/codec/writer";

const writer = new Writer();

/** The bytes of each message, end to end in one buffer: nothing is copied. */
export function encodeEach<M>(codec: Codec<M>, messages: readonly M[]): Uint8Array[] {
  writer.drop();
  const befores = new Array<number>(messages.length);
  for (let index = messages.length - 1; index >= 0; index--) {
    befores[index] = writer.length;
    codec.write(writer, messages[index] as M);
  }
  const bytes = writer.take();
  const encoded = new Array<Uint8Array>(messages.length);
  let start = 0;
  for (let index = 0; index < messages.length; index++) {
    const end = bytes.length - (befores[index] as number);
    encoded[index] = bytes.subarray(start, end);
    start = end;
  }
  return encoded;
}
