import { murmur2 } from "./murmur2.ts";
import { utf8 } from "./utf8.ts";

/**
 * The partition of `key` among `partitions` (at least 1), as Kafka's default partitioner chooses it:
 * toPositive(murmur2(UTF-8 of the key)) modulo the count.
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(utf8(key)) & 0x7fffffff) % partitions;
}
