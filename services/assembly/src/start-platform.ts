import { openDataFolder } from "@atlas/adapters/files/data-folder";
import { secretFiles } from "@atlas/adapters/files/secret-files";
import { absentSite, readSite } from "@atlas/adapters/http/site/site";
import { type DiskSpace, refuseFullDisk, watchDiskSpace } from "@atlas/adapters/system/disk-space";
import { systemChance } from "@atlas/adapters/system/system-chance";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { prometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import type { ArchivePace } from "@atlas/audit/archive-pace";
import { openGateway } from "@atlas/gateway/gateway";
import { type Instrument, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { MarketView } from "@atlas/market/market-view";
import type { Served } from "@atlas/platform/access/create-handlers";
import type { Archive } from "@atlas/platform/ports/archive";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Metrics } from "@atlas/platform/telemetry/metrics";
import { base64url } from "@atlas/platform/text/base64url";
import { TickDriver } from "@atlas/venue/tick-driver";
import { auditReads, sparing, startArchiver } from "./archiving.ts";
import { type EngineAccess, openColumn } from "./column.ts";
import { firstStart } from "./first-start/first-start.ts";
import { type LocalCalls, localCalls } from "./first-start/local-calls.ts";
import { LocalShards } from "./local-shards.ts";
import { marketReads, marketSource } from "./market-source.ts";
import { PARTITIONS, TICKS } from "./platform-terms.ts";
import { playForEver, type Recording } from "./play-for-ever.ts";
import { openPublicEdge, type PublicEdge, type PublicEdgeOptions } from "./public-edge.ts";
import { PlatformReadiness } from "./readiness.ts";

export interface PlatformOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly dataFolder: string;
  /** Absent: the embedded column, in the data folder. */
  readonly engines?: EngineAccess;
  /** Of the built console, served at `/`. Absent: none. */
  readonly consoleFolder?: string;
  /** Plays this market as BTC-USDT, over and over, except while a client plays another. Absent: simulated markets only. */
  readonly recording?: Recording;
  /** When records are archived. */
  readonly archivePace: ArchivePace;
  readonly journal: Journal;
  /** Hears what the start is at, in words. */
  readonly progress: (stage: string) => void;
}

/** A platform that serves. */
export interface RunningPlatform {
  readonly url: string;
  /** Whether there is a console at `/`. */
  readonly hasConsole: boolean;
  /** Makes a link by which whoever holds the data folder signs in, once, within ten minutes: path and fragment behind the address. */
  loginLink(): Promise<string>;
  /** Why it is not ready; empty: it is. */
  missing(): readonly string[];
  /** Hands over in order: takes nothing in, logs what was decided, keeps images, closes its files. */
  stop(): Promise<void>;
}

/** Bytes that must be free for new orders to be taken. */
const DISK_RESERVE = 256 << 20;
/** Bytes that must be free to start: room for cancels, which pass while orders do not. */
const DISK_TO_START = 16 << 20;
/** Milliseconds for streams and calls under way, and for shards to put on the log what they decided. */
const GRACE = 1_000;
const PATIENCE = 10_000;
const WRITER_BYTES = 4;
const KEY_FILE = "cli.key";
const NO_CONSOLE = "The console is not built here: stop Atlas and start it by npm start, which builds it.";

type PlatformPorts = OwnerPorts & { readonly archive: Archive };
type Close = () => Promise<void> | void;

/**
 * Starts every service in this process. Rejects, with everything closed again, when the data folder is held
 * or unusable, the port is taken, or a shard cannot recover: each with a sentence for a person.
 */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  const closers: Close[] = [];
  const stop = once(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  try {
    return await open(options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open(options: PlatformOptions, closers: Close[], stop: () => Promise<void>): Promise<RunningPlatform> {
  const { dataFolder, journal, progress } = options;
  const readiness = new PlatformReadiness(systemClock());
  const stage = (text: string) => {
    readiness.at(text);
    progress(text);
  };
  stage("opening the log");
  const folder = openDataFolder(dataFolder, { omsPartitions: PARTITIONS.oms, venuePartitions: PARTITIONS.venue });
  closers.push(() => folder.release());
  await refuseFullDisk(dataFolder, DISK_TO_START);
  const ports = await openPorts(options, closers);
  const disk = watchDiskSpace(dataFolder, DISK_RESERVE);
  closers.push(() => disk.close());

  stage("recovering the shards");
  const failed = (shard: string, error: Error) => {
    readiness.failed(shard, error);
    journal.error("a shard has stopped", { shard }, error);
  };
  const shards = new LocalShards({ ports, partitions: PARTITIONS, tickInterval: TICKS.watched, failed });
  closers.push(() => shards.stop(PATIENCE));
  const market = new MarketView(ports, PARTITIONS.venue);
  closers.push(() => market.close());
  await Promise.all([shards.start(), market.start()]);

  stage("opening the gateway");
  const metrics = prometheusMetrics();
  const gateway = await openGateway({
    ports: { ...ports, chance: systemChance(), journal, metrics, files: secretFiles(dataFolder) },
    partitions: PARTITIONS,
    directory: shards,
    queries: mergedAccountQueries(shards, ports.store, PARTITIONS.oms),
    market: marketSource(market),
    marketReads: marketReads(market, ports.store, ports.clock),
    pressure: pressureOf(shards, disk),
  });
  closers.push(() => gateway.stop());
  const audit = openArchiving(options, { ...ports, metrics, disk }, closers);
  const site = options.consoleFolder === undefined ? undefined : readSite(options.consoleFolder);
  const parts = {
    gateway: { ...gateway, services: [...gateway.services, audit] },
    site: site ?? absentSite(NO_CONSOLE),
    readiness,
    metrics,
    look: storeLagGauge(metrics, shards),
    clock: ports.clock,
  };
  const edge = await openEdge(options, parts, closers);
  startTicks(ports, shards, market, closers);

  stage("defining what a new platform begins with");
  const key = (await secretFiles(dataFolder).read(KEY_FILE)) ?? "";
  const calls = localCalls(edge.handlers, key.trim());
  await firstStart(calls, { recorded: options.recording !== undefined });
  if (options.recording !== undefined) startRecording(calls, options.recording, ports, closers);
  readiness.up(marketsOf(await calls.instruments(), options), market);
  await untilReady(readiness, ports);
  edge.setServing(true);
  return {
    url: edge.url,
    hasConsole: site !== undefined,
    loginLink: calls.loginLink,
    missing: () => readiness.missing(),
    stop,
  };
}

/** Archives from here on; answers the methods about the past. */
function openArchiving(
  { archivePace, engines }: PlatformOptions,
  ports: PlatformPorts & { readonly metrics: Metrics; readonly disk: DiskSpace },
  closers: Close[],
): Served {
  const archive = engines?.archive === undefined ? sparing(ports.archive, ports.disk) : ports.archive;
  const archiving = {
    ports: { ...ports, archive, compression: systemCompression() },
    ...{ metrics: ports.metrics, partitions: PARTITIONS, pace: archivePace },
  };
  const archiver = startArchiver(archiving);
  closers.push(() => archiver.stop(PATIENCE));
  return auditReads(archiving);
}

async function openPorts(options: PlatformOptions, closers: Close[]): Promise<PlatformPorts> {
  const { journal } = options;
  const { log, store, archive } = await openColumn(options, PARTITIONS, (close) => closers.push(close));
  return {
    log,
    store,
    archive,
    clock: systemClock(),
    digest: systemDigest(),
    warn: (message, facts) => journal.warn(message, facts),
    writer: base64url(systemChance().bytes(WRITER_BYTES)),
  };
}

/** What keeps new orders out while cancels, reports and timers pass (S24). */
function pressureOf(shards: LocalShards, disk: DiskSpace) {
  return {
    storeLag: () => shards.oms.reduce((most, { projection }) => Math.max(most, projection.lag), 0),
    diskLow: () => disk.isLow,
  };
}

/** How far the query store is behind each order shard (S24). */
function storeLagGauge(metrics: Metrics, shards: LocalShards): () => void {
  const lag = metrics.gauge("atlas_store_lag_events", "Events that the query store does not show yet.", "shard");
  return () => {
    for (const [partition, { projection }] of shards.oms.entries())
      lag.set(projection.lag, shardName("oms", partition));
  };
}

async function openEdge(
  { host, port, journal }: PlatformOptions,
  parts: Pick<PublicEdgeOptions, "gateway" | "site" | "readiness" | "metrics" | "look" | "clock">,
  closers: Close[],
): Promise<PublicEdge> {
  const edge = await openPublicEdge({ host, port, journal, ...parts });
  closers.push(() => edge.close(GRACE));
  return edge;
}

function startTicks(ports: OwnerPorts, shards: LocalShards, market: MarketView, closers: Close[]): void {
  const venues = shards.venues.map(({ shard }) => shard);
  const ticks = new TickDriver(ports, venues, TICKS, (id) => market.isWatched(id));
  ticks.start();
  closers.push(() => ticks.stop());
}

function startRecording(calls: LocalCalls, recording: Recording, ports: OwnerPorts, closers: Close[]): void {
  const end = new AbortController();
  closers.push(() => end.abort());
  const { clock, warn } = ports;
  void playForEver({ recording, play: calls.play, clock, warn }, end.signal);
}

/** Those whose market this platform makes: a recorded one has one only while somebody plays it. */
function marketsOf(instruments: readonly Instrument[], { recording }: PlatformOptions): Instrument[] {
  return instruments.filter(({ marketModel }) => recording !== undefined || marketModel !== MarketModel.RECORDED);
}

/** Waits for the simulated books, but not for ever: what is missing then is said by `/readyz`. */
async function untilReady(readiness: PlatformReadiness, { clock }: OwnerPorts): Promise<void> {
  const deadline = clock.monotonic() + PATIENCE;
  while (readiness.missing().length > 0 && clock.monotonic() < deadline) {
    await new Promise<void>((resolve) => void clock.after(20, resolve));
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}
