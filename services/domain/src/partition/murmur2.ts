/**
 * Kafka's 32-bit murmur2 (`org.apache.kafka.common.utils.Utils.murmur2`), as an unsigned number, so that any client
 * in any language finds the same partition. Of the first `length` bytes.
 */
export function murmur2(key: Uint8Array, length = key.length): number {
  const tail = length & ~3;
  let hash = SEED ^ length;
  for (let index = 0; index < tail; index += 4) {
    hash = Math.imul(hash, FACTOR) ^ mix(word(key, index));
  }
  const rest = length & 3;
  if (rest > 2) hash ^= (key[tail + 2] as number) << 16;
  if (rest > 1) hash ^= (key[tail + 1] as number) << 8;
  if (rest > 0) hash = Math.imul(hash ^ (key[tail] as number), FACTOR);
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return (hash ^ (hash >>> 15)) >>> 0;
}

const SEED = 0x9747b28c;
const FACTOR = 0x5bd1e995;

function word(key: Uint8Array, index: number): number {
  return (
    (key[index] as number) |
    ((key[index + 1] as number) << 8) |
    ((key[index + 2] as number) << 16) |
    ((key[index + 3] as number) << 24)
  );
}

function mix(value: number): number {
  const product = Math.imul(value, FACTOR);
  return Math.imul(product ^ (product >>> 24), FACTOR);
}
