import type { RequestMemory } from "@atlas/domain/request-memory/request-memory";
import { DIGEST_BYTES, type RequestSlab, SLAB_IDS } from "@atlas/domain/request-memory/request-slab";
import { RequestsImageCodec } from "@atlas/gen/atlas/log/v1/order_image_codec";
import type { RequestsImage } from "@atlas/gen/atlas/log/v1/order_image_pb";
import { decode, encode } from "@atlas/gen/codec/codec";

/** A slab of remembered ids as bytes: all it ever held, whether forgotten since or not. `next`: the number of the id to come. */
export function copyRequests(slab: RequestSlab, next: number): Uint8Array {
  const { first } = slab;
  const keyLengths: number[] = [];
  const timeSteps: bigint[] = [];
  const keys: Uint8Array[] = [];
  const count = Math.min(SLAB_IDS, next - first);
  const digests = new Uint8Array(count * DIGEST_BYTES);
  let before = 0;
  for (let place = 0; place < count; place++) {
    const key = slab.key(place);
    keys.push(key);
    keyLengths.push(key.length);
    digests.set(slab.digest(place), place * DIGEST_BYTES);
    timeSteps.push(BigInt(slab.time(place) - before));
    before = slab.time(place);
  }
  return encode(RequestsImageCodec, {
    $typeName: "atlas.log.v1.RequestsImage",
    firstNumber: BigInt(first),
    keys: joined(keys),
    keyLengths,
    digests,
    timeSteps,
  });
}

/** `sequence`: of the last event in it. */
export function restoreRequests(memory: RequestMemory, bytes: Uint8Array, sequence: number): void {
  const image: RequestsImage = decode(RequestsImageCodec, bytes);
  const first = Number(image.firstNumber);
  let at = 0;
  let time = 0;
  image.keyLengths.forEach((length, place) => {
    time += Number(image.timeSteps[place] ?? 0n);
    const key = image.keys.subarray(at, at + length);
    const digest = image.digests.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES);
    memory.restoreId(first + place, key, digest, time, sequence);
    at += length;
  });
}

function joined(keys: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(keys.reduce((sum, key) => sum + key.length, 0));
  let at = 0;
  for (const key of keys) {
    bytes.set(key, at);
    at += key.length;
  }
  return bytes;
}
