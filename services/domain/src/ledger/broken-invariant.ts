/** What must always hold does not: the shard stops, loudly. Never a refusal. */
export class BrokenInvariant extends Error {
  override name = "BrokenInvariant";
}
