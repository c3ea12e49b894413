import { topics } from "../topic/topics.ts";

/** A shard's input partition. */
export interface InputPartition {
  readonly topic: string;
  readonly partition: number;
}

const INPUTS: Record<string, string> = {
  oms: topics.orderCommands.name,
  venue: topics.venueOrders.name,
  control: topics.controlCommands.name,
  identity: topics.identityCommands.name,
};

/** `oms/3` for kind `oms` and number 3. */
export function shardName(kind: "oms" | "venue" | "control" | "identity", number: number): string {
  return `${kind}/${number}`;
}

/** Where a shard reads its inputs; `undefined` when the name is no shard's: then it is a gateway's incarnation. */
export function inputPartition(shard: string): InputPartition | undefined {
  const slash = shard.indexOf("/");
  if (slash < 0) return undefined;
  const topic = INPUTS[shard.slice(0, slash)];
  return topic === undefined ? undefined : { topic, partition: Number(shard.slice(slash + 1)) };
}

/** Tells a shard's link, gapless and chained, from a gateway's (S4). */
export function isShard(source: string): boolean {
  return source.includes("/");
}
