import { ShardConnections } from "@atlas/adapters/http/shard/shard-connections";
import { ENGINE_VERSIONS, EngineMissing } from "@atlas/domain/engine/engine-rules";
import { LeaseKeeper } from "@atlas/platform/lease/lease-keeper";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import { LeaseView } from "@atlas/platform/lease/lease-view";
import { LeasedDirectory } from "@atlas/platform/lease/leased-directory";
import type { Store } from "@atlas/platform/ports/store";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { openInternalEdge } from "./internal-edge.ts";
import { LeasedShards } from "./leased-shards.ts";
import { type OwnedShardOptions, SHARD_KINDS, shardsOf } from "./owned-shard.ts";
import { processState } from "./process-state.ts";
import type { Role } from "./role.ts";
import type { ShardHost } from "./shard-host.ts";
import { StandbyShards } from "./standby-shards.ts";
import { linesOf, waitingElsewhere } from "./waiting-shards.ts";

/** How a process takes part in a platform of many. */
export interface ClusterTerms {
  readonly roles: readonly Role[];
  /** Where it listens for the platform's other processes. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Where the others reach it, if that is another address. */
  readonly address?: string;
  /** Shards of other processes that it keeps hot at most, to take them over at once. */
  readonly standby: number;
}

export interface LeasedHostOptions extends Omit<OwnedShardOptions, "directory"> {
  readonly ports: OwnedShardOptions["ports"] & {
    /** The store, by a way on which beats and leases wait for nothing else. */
    readonly leases: Store;
  };
  readonly cluster: ClusterTerms;
  /** What every process of the platform knows and nobody else. */
  readonly key: string;
  readonly journal: Journal;
  readonly traces: Traces;
  /** Instruments whose market clients of this process watch. */
  readonly watched: () => readonly string[];
}

/** Milliseconds without a beat after which a process owns nothing (S21). */
const LEASE = 4_000;
/** Without a turn of the keeper that went well for so long an owner says that it keeps no leases. */
const UNKEPT = 10_000;
/** Instruments told with a beat, at most. */
const MOST_WATCHED = 1_000;
/** Characters of why a shard waits. */
const MOST_SAID = 200;

/** Takes part in a platform of many processes: owns what is free of its roles, finds the others. */
export async function openLeasedHost(
  options: LeasedHostOptions,
  closes: (close: () => Promise<void>) => void,
): Promise<ShardHost> {
  const { ports, partitions, cluster, key, journal, traces, engines = ENGINE_VERSIONS } = options;
  const { clock, warn, writer: process } = ports;
  let unfit: EngineMissing | undefined;
  const connections = new ShardConnections(key, traces);
  closes(async () => connections.close());
  const table = new LeaseTable(ports.leases, warn);
  const view = new LeaseView(table, clock);
  const here = { process, shards: { client: (shard: string) => shards.client(shard) } };
  const directory = new LeasedDirectory({ clock, view, here, connect: (url) => connections.at(url) });
  closes(async () => directory.close());
  const owned = { ...options, directory, failed: (shard: string, error: Error) => failed(shard, error) };
  const standbys = new StandbyShards(owned, cluster.standby);
  closes(async () => standbys.stop());
  const shards: LeasedShards = new LeasedShards(owned, { standbys, journal });
  const edge = await openInternalEdge({
    ...{ host: cluster.host, port: cluster.port, key, shards, clock, journal, traces },
  });
  closes(() => edge.close());
  view.listen(() => connections.keep(new Set(view.living(Number.POSITIVE_INFINITY).map(({ address }) => address))));
  const address = cluster.address ?? edge.url;
  const kinds = SHARD_KINDS.filter((kind) => cluster.roles.includes(kind));
  const roles = () => cluster.roles.filter((role) => unfit === undefined || !isShardKind(role));
  const own = kinds.flatMap((kind) => shardsOf(kind, partitions));
  view.listen(() => standbys.keep(own, (shard) => view.holderOf(shard), process));
  const keeper = new LeaseKeeper(
    {
      ...{ clock, warn, table, view, patience: LEASE },
      beat: () => ({
        ...{ process, address, roles: roles(), engineVersions: [...engines] },
        storeLag: BigInt(shards.storeLag()),
        watchedInstruments: options.watched().slice(0, MOST_WATCHED),
        waitingShards: [...shards.waiting()].map(([shard, reason]) => ({ shard, reason: reason.slice(0, MOST_SAID) })),
      }),
      shards: new Map(kinds.map((kind) => [kind, shardsOf(kind, partitions)])),
      ...(cluster.standby > 0 ? { isHot: (shard: string) => standbys.isHot(shard) } : {}),
    },
    shards,
  );
  closes(() => keeper.stop());
  keeper.start();
  // Who was away while a version was activated that it lacks leaves its shards to those that carry it (S26).
  const failed = (shard: string, error: Error) => {
    if (!(error instanceof EngineMissing)) return options.failed(shard, error);
    if (unfit === undefined) journal.error("this process owns no shard any more", { shard }, error);
    unfit = error;
    standbys.stop();
    keeper.resign();
  };
  const others = () => view.living(LEASE).filter((beat) => beat.process !== process);
  // A gateway needs all of them; who only owns some, only those.
  const needed = cluster.roles.includes("gateway") ? SHARD_KINDS.flatMap((kind) => shardsOf(kind, partitions)) : [];
  return {
    directory,
    venues: { [Symbol.iterator]: () => shards.venues() },
    isWatchedElsewhere: (instrumentId) =>
      others().some(({ watchedInstruments }) => watchedInstruments.includes(instrumentId)),
    storeLags: () => shards.storeLags(),
    storeLag: () => others().reduce((most, { storeLag }) => Math.max(most, Number(storeLag)), shards.storeLag()),
    processes: async () => {
      await view.look().catch((error: Error) => {
        throw notReady(`the table of leases cannot be read: ${error.message}`);
      });
      return view.living(LEASE).map((beat) => processState(beat.process, beat.roles, beat.engineVersions));
    },
    concerned: () => (needed.length > 0 ? needed : [...keeper.held]),
    missing: () => {
      const elsewhere = needed.filter((shard) => !keeper.held.has(shard));
      const own = unfit === undefined ? linesOf(shards.waiting()) : [`no shard is owned here: ${unfit.message}`];
      return [...unkept(keeper, cluster.roles), ...own, ...linesOf(waitingElsewhere(elsewhere, view, LEASE))];
    },
  };
}

/**
 * An owner without leases is nobody's successor, though it lacks no shard. A gateway that has kept them once serves on by what it knows:
 * the store may be away for all (F6).
 */
function unkept({ unkeptFor, failure }: LeaseKeeper, roles: readonly Role[]): readonly string[] {
  const patience = roles.includes("gateway") ? Number.POSITIVE_INFINITY : UNKEPT;
  if (unkeptFor < patience || !roles.some(isShardKind)) return [];
  return [`leases are not kept here${failure === undefined ? "" : `: ${failure}`}`];
}

function isShardKind(role: Role): boolean {
  return SHARD_KINDS.some((kind) => kind === role);
}
