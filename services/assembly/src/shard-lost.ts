/** A shard without which nobody is served cannot go on, for what no waiting cures. */
export class ShardLost extends Error {
  override name = "ShardLost";
}
