import type { ProcessState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { Chance } from "@atlas/platform/ports/chance";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { SecretFiles } from "@atlas/platform/ports/secret-files";
import type { Store } from "@atlas/platform/ports/store";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Metrics } from "@atlas/platform/telemetry/metrics";
import type { Traces } from "@atlas/platform/telemetry/traces";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import type { Pressure } from "./intake/command-intake.ts";
import type { MarketReads } from "./market/market-reads.ts";
import type { MarketSource } from "./stream/market-source.ts";
import type { UnreadRoom } from "./unread-room.ts";

export interface GatewayPorts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly digest: Digest;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly traces: Traces;
  /** Where the signing key and the local key are kept. */
  readonly files: SecretFiles;
}

/** What a gateway stands on. */
export interface GatewayContext {
  readonly ports: GatewayPorts;
  readonly partitions: PartitionCounts;
  /** Every shard of the platform. */
  readonly directory: ShardDirectory;
  readonly queries: AccountQueries;
  /** The public market, live and as it is read. */
  readonly market: MarketSource;
  readonly marketReads: MarketReads;
  readonly pressure: Pressure;
  /** Absent: as is usual. */
  readonly room?: UnreadRoom;
  /** Bytes of a frame of commands, at most; absent: as many as the log takes. */
  readonly frameWeight?: number | undefined;
  /** The platform's processes that live now, by name. Rejects with NOT_READY where that cannot be known. */
  readonly processes: () => Promise<readonly ProcessState[]>;
}
