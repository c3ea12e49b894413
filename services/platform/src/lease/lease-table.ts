import {
  type ProcessBeat,
  ProcessBeatSchema,
  type ShardLease,
  ShardLeaseSchema,
} from "@atlas/gen/atlas/log/v1/lease_pb";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Store, StoreDamaged, type StoreItem } from "../ports/store.ts";
import { SHARDS_TABLE } from "../shard/output-positions.ts";
import type { Warn } from "../shard/warn.ts";

/** Something that stands in the table of leases, as it was read. */
export interface Versioned<Value> {
  readonly value: Value;
  /** Rises with every write. */
  readonly version: number;
}

/** Everything that stands there. */
export interface LeaseRows {
  readonly leases: readonly Versioned<ShardLease>[];
  readonly processes: readonly Versioned<ProcessBeat>[];
}

/** All of them in one partition of `atlas_shards`: one question tells everything. */
const PARTITION = "leases";
const SHARD = "shard:";
const PROCESS = "process:";
/** Rows of a page. */
const PAGE = 1_000;

/** Who owns which shard, and which processes live, in the query store (S21). Rejects as the store does. */
export class LeaseTable {
  readonly #store: Store;
  readonly #warn: Warn;

  /** @param warn is told of rows that are removed. */
  constructor(store: Store, warn: Warn = () => {}) {
    this.#store = store;
    this.#warn = warn;
  }

  async read(): Promise<LeaseRows> {
    const leases: Versioned<ShardLease>[] = [];
    const processes: Versioned<ProcessBeat>[] = [];
    for (let from: string | undefined; ; ) {
      const page = await this.#store.query(SHARDS_TABLE, {
        partition: PARTITION,
        limit: PAGE,
        ...(from === undefined ? {} : { from }),
      });
      for (const { sort, version, body } of page) {
        if (sort.startsWith(SHARD)) leases.push({ value: fromBinary(ShardLeaseSchema, body), version });
        else processes.push({ value: fromBinary(ProcessBeatSchema, body), version });
      }
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) return { leases, processes };
      from = `${last.sort}\u0000`;
    }
  }

  /** What stands there as it was written; all else is removed: who lives writes its row again, and who is dead needs none (F14). */
  async readSound(): Promise<LeaseRows> {
    for (const removed = new Set<string>(); ; ) {
      try {
        return await this.read();
      } catch (error) {
        if (!(error instanceof StoreDamaged)) throw error;
        const { key, message } = error;
        if (!key?.startsWith(`${PARTITION}/`) || removed.has(key)) throw error;
        this.#warn("a row of the table of leases is damaged: it is removed", { key, reason: message });
        await this.#store.remove(SHARDS_TABLE, [key]);
        removed.add(key);
      }
    }
  }

  /** `false`: somebody else was faster. */
  lease(value: ShardLease, version: number): Promise<boolean> {
    return this.#store.put(SHARDS_TABLE, itemOf(SHARD + value.shard, version, toBinary(ShardLeaseSchema, value)));
  }

  /** `false`: a higher beat of this process stands there. */
  beat(value: ProcessBeat, version: number): Promise<boolean> {
    return this.#store.put(SHARDS_TABLE, itemOf(PROCESS + value.process, version, toBinary(ProcessBeatSchema, value)));
  }

  /** Forgets a process. */
  forget(process: string): Promise<void> {
    return this.#store.remove(SHARDS_TABLE, [`${PARTITION}/${PROCESS}${process}`]);
  }
}

function itemOf(name: string, version: number, body: Uint8Array): StoreItem {
  // A slash would end the partition in the key.
  const sort = name.replaceAll("/", ".");
  return { key: `${PARTITION}/${sort}`, version, partition: PARTITION, sort, body };
}
