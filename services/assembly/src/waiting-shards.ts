import type { LeaseView } from "@atlas/platform/lease/lease-view";

/** Shards that cannot be asked, and why, as it stands behind the name of each. */
export type WaitingShards = ReadonlyMap<string, string>;

/** Of shards that other processes own: nobody who lives has one, or its owner says with its beat that it waits. */
export function waitingElsewhere(
  shards: readonly string[],
  view: Pick<LeaseView, "holderOf" | "silenceOf" | "living">,
  patience: number,
): WaitingShards {
  const told = new Map(view.living(patience).map(({ process, waitingShards }) => [process, waitingShards]));
  const waiting = new Map<string, string>();
  for (const shard of shards) {
    const holder = view.holderOf(shard) ?? "";
    const said = told.get(holder)?.find((one) => one.shard === shard);
    if (view.silenceOf(holder) >= patience) waiting.set(shard, "has no owner");
    else if (said !== undefined) waiting.set(shard, said.reason);
  }
  return waiting;
}

/** One line each. */
export function linesOf(waiting: WaitingShards): readonly string[] {
  return [...waiting].map(([shard, reason]) => `${shard} ${reason}`);
}
