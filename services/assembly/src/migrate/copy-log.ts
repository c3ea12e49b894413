import { inputPartition } from "@atlas/platform/shard/shard-name";
import { type PartitionCounts, partitionsOf, topics } from "@atlas/platform/topic/topics";
import { copyPartition, type LogMove, type MovedPartition } from "./copy-partition.ts";

/** A partition as it stands in both logs, record for record. */
export interface CopiedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** Partitions under way at a time: their batches share requests. */
const ABREAST = 16;
const INPUTS = new Set(["oms/0", "venue/0", "control/0", "identity/0"].map((shard) => inputPartition(shard)?.topic));

/** Copies every partition of a platform's log; resolves when each was read back. Rejects with `MoveRefused`. */
export async function copyLog(
  move: LogMove,
  counts: PartitionCounts,
  step: (text: string) => void,
): Promise<readonly CopiedPartition[]> {
  const all = partitionsToMove(counts);
  const copied = new Map<MovedPartition, CopiedPartition>();
  const waiting = [...all];
  let failure: unknown;
  const next = async (): Promise<void> => {
    for (let moved = waiting.shift(); moved !== undefined && failure === undefined; moved = waiting.shift()) {
      const { topic, partition } = moved;
      try {
        copied.set(moved, { topic, partition, ...(await copyPartition(move, moved)) });
        step(`copied ${topic}/${partition}`);
      } catch (error) {
        failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, next));
  if (failure !== undefined) throw failure;
  return all.flatMap((moved) => copied.get(moved) ?? []);
}

function partitionsToMove(counts: PartitionCounts): MovedPartition[] {
  return Object.values(topics).flatMap(({ name: topic }) =>
    Array.from({ length: partitionsOf(topic, counts) }, (_, partition) => ({
      ...{ topic, partition, isInput: INPUTS.has(topic), mayBeTrimmed: topic === topics.marketData.name },
    })),
  );
}
