import type { Store, StoreItem } from "@atlas/platform/ports/store";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";

const MARK: StoreItem = {
  ...{ key: "migration/mark", partition: "migration", sort: "mark", version: 1 },
  body: new TextEncoder().encode("a platform is being moved here"),
};

/** Stands in the target's store from before the first copied record until the copy is proved. */
export async function markMove(store: Store): Promise<void> {
  await store.put(SHARDS_TABLE, MARK);
}

/** The move is done. */
export async function unmarkMove(store: Store): Promise<void> {
  await store.remove(SHARDS_TABLE, [MARK.key]);
}

/** Rejects where half a platform stands: processes on it would decide on from the middle of some shards (S20). */
export async function refuseUnfinishedMove(store: Store): Promise<void> {
  if ((await store.get(SHARDS_TABLE, MARK.key)) === undefined) return;
  throw new Error(
    "a platform is being moved to these engines and is not whole yet: let `atlas migrate` end, or run it again",
  );
}
