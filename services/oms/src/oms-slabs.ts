import { BrokenInvariant } from "@atlas/domain/ledger/broken-invariant";
import { ACCOUNT_BUCKETS, type OmsState } from "@atlas/domain/oms/oms-state";
import type { RequestSlab } from "@atlas/domain/request-memory/request-slab";
import type { Slabs } from "@atlas/platform/shard/slabs";
import { copyAccounts, restoreAccounts } from "./accounts-image.ts";
import { copyRequests, restoreRequests } from "./requests-image.ts";
import { copyRest, restoreRest } from "./shard-image.ts";

const REST = "rest";
const ACCOUNTS = "accounts/";
const REQUESTS = "requests/";

/** An order shard's state in slabs (S19): the rest, buckets of accounts that have any, remembered ids by 4,096. */
export function omsSlabs(state: OmsState): Slabs {
  return {
    keys: () => [REST, ...accountKeys(state), ...requestKeys(state)],
    // The oldest ids are forgotten first, a slab with its last one; the rest says which are.
    copyOrder: () => [...requestKeys(state), REST, ...accountKeys(state)],
    changedAt(key) {
      if (key === REST) return state.sequence;
      if (key.startsWith(ACCOUNTS)) return state.bucketChangedAt[numberIn(key)] ?? 0;
      return requestSlab(state, key).changedAt;
    },
    copy(key) {
      if (key === REST) return copyRest(state);
      if (key.startsWith(ACCOUNTS)) return copyAccounts(state, numberIn(key));
      return copyRequests(requestSlab(state, key), state.requests.next);
    },
    restore(key, stamp, bytes) {
      if (key === REST) restoreRest(state, bytes);
      else if (key.startsWith(ACCOUNTS)) {
        restoreAccounts(state, bytes);
        state.bucketChangedAt[numberIn(key)] = stamp;
      } else restoreRequests(state.requests, bytes, stamp);
    },
    clear: () => state.clear(),
  };
}

function accountKeys(state: OmsState): string[] {
  const keys: string[] = [];
  for (let bucket = 0; bucket < ACCOUNT_BUCKETS; bucket++) {
    if (state.buckets[bucket]?.length !== 0) keys.push(ACCOUNTS + bucket);
  }
  return keys;
}

/** Ascending. */
function requestKeys(state: OmsState): string[] {
  return state.requests.slabNumbers().map((number) => REQUESTS + number);
}

function requestSlab(state: OmsState, key: string): RequestSlab {
  const slab = state.requests.slab(numberIn(key));
  if (slab === undefined) throw new BrokenInvariant(`${state.name} has no slab ${key}`);
  return slab;
}

function numberIn(key: string): number {
  return Number(key.slice(key.indexOf("/") + 1));
}
