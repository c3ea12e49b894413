import { openDataFolder } from "@atlas/adapters/files/data-folder";
import { makeFolder } from "@atlas/adapters/files/make-folder";
import { secretFiles } from "@atlas/adapters/files/secret-files";
import { type DiskSpace, refuseFullDisk, watchDiskSpace } from "@atlas/adapters/system/disk-space";
import { watchStandstill } from "@atlas/adapters/system/standstill";
import { systemChance } from "@atlas/adapters/system/system-chance";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { prometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import type { ArchivePace } from "@atlas/audit/archive-pace";
import { MarketView } from "@atlas/market/market-view";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Compression } from "@atlas/platform/ports/compression";
import type { Store } from "@atlas/platform/ports/store";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import type { Warn } from "@atlas/platform/shard/warn";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Metrics } from "@atlas/platform/telemetry/metrics";
import { noTraces, type Traces } from "@atlas/platform/telemetry/traces";
import { base64url } from "@atlas/platform/text/base64url";
import { TickDriver } from "@atlas/venue/tick-driver";
import { refuseMissingEngine } from "./active-engine.ts";
import { sparing, startArchiver } from "./archiving.ts";
import { clusterKey } from "./cluster-key.ts";
import { type EngineTerms, openColumn } from "./column.ts";
import { type ClusterTerms, openLeasedHost } from "./leased-host.ts";
import { openLocalHost } from "./local-host.ts";
import { LogProbe } from "./log-probe.ts";
import { PARTITIONS, TICKS } from "./platform-terms.ts";
import type { Recording } from "./play-for-ever.ts";
import { openPublicEdge } from "./public-edge.ts";
import { PlatformReadiness } from "./readiness.ts";
import { ROLES } from "./role.ts";
import { type ServedProcess, type ServeOptions, serveClients } from "./serve-clients.ts";
import type { ShardHost } from "./shard-host.ts";
import { throughOutage } from "./through-outage.ts";

/** A platform of any number of processes on Kafka, DynamoDB and S3. */
export interface DistributedTerms {
  readonly engines: EngineTerms;
  readonly cluster: ClusterTerms;
}

export interface PlatformOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly dataFolder: string;
  /** Absent: the embedded column, in the data folder, which one process has for itself, with every role. */
  readonly distributed?: DistributedTerms;
  /** Of the built console, served at `/`. Absent: none. */
  readonly consoleFolder?: string;
  /** Plays this market as BTC-USDT, over and over, except while a client plays another. Absent: simulated markets only. */
  readonly recording?: Recording;
  /** The engine versions that this process carries (S26). Absent: all of its build; fewer imitate an older one. */
  readonly engines?: readonly number[];
  /** When records are archived. */
  readonly archivePace: ArchivePace;
  readonly journal: Journal;
  /** Of the calls that come in. Absent: none has one. */
  readonly traces?: Traces;
  /** Hears what the start is at, in words. */
  readonly progress: (stage: string) => void;
}

/** A platform, or a process's part of one, that answers at its port. */
export interface RunningPlatform {
  readonly url: string;
  /** Whether there is a console at `/`. */
  readonly hasConsole: boolean;
  /**
   * Resolves when calls are let in: control and identity are served, and followed here. Before, it refuses all as NOT_READY. Rejects,
   * with a sentence for a person, when it never will, as when it is stopped before: with `ShardLost` if one of the two is what cannot be.
   */
  readonly served: Promise<void>;
  /**
   * Resolves when it has what a new platform begins with, and is ready or has waited long enough for that: `missing` tells. Rejects as
   * `served` does.
   */
  readonly started: Promise<void>;
  /**
   * Makes a link by which whoever holds the data folder signs in, once, within ten minutes: path and fragment behind the address; of a
   * process that serves. Absent: it serves no clients.
   */
  readonly loginLink?: () => Promise<string>;
  /** Why it is not ready; empty: it is. */
  missing(): readonly string[];
  /** Hands over in order: takes nothing in, logs what was decided, keeps images, closes its files. */
  stop(): Promise<void>;
}

/** Bytes that must be free for new orders to be taken. */
const DISK_RESERVE = 256 << 20;
/** Bytes that must be free to start: room for cancels, which pass while orders do not. */
const DISK_TO_START = 16 << 20;
/** Milliseconds for markets and shards to be heard of, before the start goes on without. */
const PATIENCE = 10_000;
/** Milliseconds for calls under way. */
const GRACE = 1_000;
const WRITER_BYTES = 6;

type Close = () => Promise<void> | void;

/**
 * Starts a platform in this process, or this process's part of one. Resolves when it answers at its port: its shards recover behind it,
 * each for itself. Rejects, with everything closed again, when the data folder is held or unusable, log or store cannot be opened, or the
 * port is taken: each with a sentence for a person.
 */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  // Closes what was opened, the last first, all of it, also when some cannot be closed.
  const opened = new AsyncDisposableStack();
  const stop = once(() => opened.disposeAsync());
  try {
    return await open(options, opened, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(
  options: PlatformOptions,
  opened: AsyncDisposableStack,
  stop: () => Promise<void>,
): Promise<RunningPlatform> {
  const { progress, distributed } = options;
  const roles = distributed?.cluster.roles ?? ROLES;
  const closes = (close: Close) => void opened.defer(close);
  const stopping = new AbortController();
  const readiness = new PlatformReadiness(systemClock());
  const stage = (text: string) => {
    readiness.at(text);
    progress(text);
  };
  stage("opening the log");
  const disk = await openFolder(options, closes);
  const ports = await openPorts(options, disk, closes);
  closes(watchStandstill(options.journal));
  const probe = new LogProbe(ports.log, ports.clock);
  probe.start();
  closes(() => probe.close());
  readiness.asks(() => probe.problems());
  const metrics = prometheusMetrics();

  stage("recovering the shards");
  await throughOutage(() => refuseMissingEngine(ports, PARTITIONS, options.engines), ports.clock, ports.warn);
  const market = new MarketView({ ...ports, readOnly: !roles.includes("market") }, PARTITIONS.venue);
  closes(() => market.close());
  const marketRead = roles.includes("gateway") || roles.includes("market") ? market.start() : Promise.resolve();
  readiness.asks(() => market.problems());
  const host = await openHost(options, ports, market, closes);
  probe.concerns(() => host.concerned());
  readiness.asks(() => host.missing());
  startTicks(ports, host, market, closes);
  if (roles.includes("audit")) {
    const archiver = startArchiver({ ports, metrics, partitions: PARTITIONS, pace: options.archivePace });
    closes(() => archiver.stop(PATIENCE));
  }
  const look = storeLagGauge(metrics, host);
  const { signal } = stopping;
  const parts = { options, ports, host, market, marketRead, readiness, metrics, look, disk, stage, closes, signal };
  const served = roles.includes("gateway") ? await serveClients(parts) : await serveProbes(parts);
  closes(() => stopping.abort());
  const stopped = aborted(signal);
  const isUp = Promise.race([served.served, stopped]);
  const started = Promise.race([served.started.then(() => untilReady(readiness, ports, signal)), stopped]);
  for (const end of [isUp, started]) end.catch(() => undefined);
  return { ...served, served: isUp, started, missing: () => readiness.missing(), stop };
}

/** Takes the data folder, and watches the room around it. */
async function openFolder(
  { dataFolder, distributed }: PlatformOptions,
  closes: (close: Close) => void,
): Promise<Pick<DiskSpace, "isLow">> {
  if (distributed !== undefined) {
    // It holds keys only, and several processes of a machine may share it.
    makeFolder(dataFolder);
    return { isLow: false };
  }
  const folder = openDataFolder(dataFolder, { omsPartitions: PARTITIONS.oms, venuePartitions: PARTITIONS.venue });
  closes(() => folder.release());
  await refuseFullDisk(dataFolder, DISK_TO_START);
  const disk = watchDiskSpace(dataFolder, DISK_RESERVE);
  closes(() => disk.close());
  return disk;
}

/** What every role stands on. */
export interface PlatformPorts extends OwnerPorts {
  /** The store, by a way on which beats and leases wait for nothing else. */
  readonly leases: Store;
  readonly archive: Archive;
  readonly compression: Compression;
  readonly traces: Traces;
}

async function openPorts(
  options: PlatformOptions,
  disk: Pick<DiskSpace, "isLow">,
  closes: (close: Close) => void,
): Promise<PlatformPorts> {
  const { journal, dataFolder, distributed, traces = noTraces } = options;
  const warn: Warn = (message, facts) => journal.warn(message, facts);
  const { log, store, leases, archive } = await openColumn(
    { dataFolder, engines: distributed?.engines, traces, warn },
    PARTITIONS,
    closes,
  );
  return {
    log,
    store,
    leases,
    archive: distributed === undefined ? sparing(archive, disk) : archive,
    compression: systemCompression(),
    traces,
    clock: systemClock(),
    digest: systemDigest(),
    warn,
    writer: base64url(systemChance().bytes(WRITER_BYTES)),
  };
}

async function openHost(
  { journal, distributed, dataFolder, engines }: PlatformOptions,
  ports: PlatformPorts,
  market: MarketView,
  closes: (close: () => Promise<void>) => void,
): Promise<ShardHost> {
  const failed = (shard: string, error: Error) => journal.error("a shard has stopped", { shard }, error);
  const owned = { ports, partitions: PARTITIONS, tickInterval: TICKS.watched, engines, failed };
  if (distributed === undefined) return openLocalHost({ ...owned, journal }, closes);
  const { cluster } = distributed;
  const key = await clusterKey(secretFiles(dataFolder), systemChance());
  return openLeasedHost(
    { ...owned, cluster, key, journal, traces: ports.traces, watched: () => market.watched() },
    closes,
  );
}

/** How far the query store is behind each order shard (S24). */
function storeLagGauge(metrics: Metrics, host: ShardHost): () => void {
  const lag = metrics.gauge("atlas_store_lag_events", "Events that the query store does not show yet.", "shard");
  let told: string[] = [];
  return () => {
    const lags = host.storeLags();
    // Another owner tells of a shard that was given away.
    for (const shard of told) if (!lags.has(shard)) lag.remove(shard);
    for (const [shard, events] of lags) lag.set(events, shard);
    told = [...lags.keys()];
  };
}

function startTicks(ports: OwnerPorts, host: ShardHost, market: MarketView, closes: (close: Close) => void): void {
  const isWatched = (id: string) => market.isWatched(id) || host.isWatchedElsewhere(id);
  const ticks = new TickDriver(ports, host.venues, TICKS, isWatched);
  ticks.start();
  closes(() => ticks.stop());
}

/** Of a process that serves no clients: whether it lives, whether it is ready, and its metrics. */
async function serveProbes(parts: ServeOptions): Promise<ServedProcess> {
  const { options, ports, readiness, metrics, look, closes } = parts;
  const { host, port, journal } = options;
  const { clock, traces } = ports;
  const edge = await openPublicEdge({ host, port, readiness, metrics, look, journal, clock, traces });
  closes(() => edge.close(GRACE));
  const started = parts.marketRead.then(() => readiness.upWithoutMarkets());
  return { url: edge.url, hasConsole: false, served: started, started };
}

/** Waits for shards and for the simulated books, but not for ever: what is missing then is said by `/readyz`. */
async function untilReady(readiness: PlatformReadiness, { clock }: OwnerPorts, signal: AbortSignal): Promise<void> {
  const deadline = clock.monotonic() + PATIENCE;
  while (readiness.missing().length > 0 && clock.monotonic() < deadline && !signal.aborted) {
    await new Promise<void>((resolve) => void clock.after(20, resolve));
  }
}

/** Rejects when the process is stopped. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("Atlas was stopped while it started")));
  });
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}
