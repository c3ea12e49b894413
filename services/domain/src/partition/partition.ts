import { murmur2 } from "./murmur2.ts";
import { utf8 } from "./utf8.ts";

/**
 * The partition of `key` among `partitions` (at least 1), as Kafka's default partitioner chooses it:
 * toPositive(murmur2(UTF-8 of the key)) modulo the count.
 */
export function partitionOf(key: string, partitions: number): number {
  const length = key.length;
  const hash = isShortAscii(key) ? murmur2(SCRATCH, length) : murmur2(utf8(key));
  return (hash & 0x7fffffff) % partitions;
}

/** Ids are nearly always short and ASCII: their bytes go here, for an array of their own would cost more than the hash. */
const SCRATCH = new Uint8Array(64);

/** Fills `SCRATCH` if the answer is yes. */
function isShortAscii(key: string): boolean {
  if (key.length > SCRATCH.length) return false;
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (code >= 0x80) return false;
    SCRATCH[index] = code;
  }
  return true;
}
