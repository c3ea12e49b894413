/** What happens to this process's leases. Neither rejects. */
export interface LeaseHooks {
  /** The shard is this process's from now on. */
  taken(shard: string): void;
  /**
   * It has to go: `surplus`, it was offered, and another took it; `lost`, another has it; `stopping`, this process ends or resigns, and
   * may not have been told that it has it. Resolves when it is given up here.
   */
  given(shard: string, why: "surplus" | "lost" | "stopping"): Promise<void>;
}
