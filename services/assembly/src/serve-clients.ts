import { secretFiles } from "@atlas/adapters/files/secret-files";
import { absentSite, readSite } from "@atlas/adapters/http/site/site";
import { systemChance } from "@atlas/adapters/system/system-chance";
import type { PrometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import { openGateway } from "@atlas/gateway/gateway";
import { type Instrument, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { MarketView } from "@atlas/market/market-view";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { auditReads } from "./archiving.ts";
import { firstStart } from "./first-start/first-start.ts";
import { type LocalCalls, localCalls } from "./first-start/local-calls.ts";
import { patiently } from "./first-start/patiently.ts";
import { marketReads, marketSource } from "./market-source.ts";
import { PARTITIONS } from "./platform-terms.ts";
import { playForEver, type Recording } from "./play-for-ever.ts";
import { openPublicEdge } from "./public-edge.ts";
import type { PlatformReadiness } from "./readiness.ts";
import type { ShardHost } from "./shard-host.ts";
import type { PlatformOptions, PlatformPorts } from "./start-platform.ts";

/** What a gateway stands on. */
export interface ServeOptions {
  readonly options: PlatformOptions;
  readonly ports: PlatformPorts;
  readonly host: ShardHost;
  readonly market: MarketView;
  readonly readiness: PlatformReadiness;
  readonly metrics: PrometheusMetrics;
  readonly look: () => void;
  /** Whether too little room is left for new orders (S24). */
  readonly disk: { readonly isLow: boolean };
  readonly stage: (text: string) => void;
  readonly closes: (close: () => Promise<void> | void) => void;
}

/** A process that serves clients. */
export interface ServedClients {
  readonly url: string;
  readonly hasConsole: boolean;
  readonly calls: LocalCalls;
}

/** Milliseconds for streams and calls under way. */
const GRACE = 1_000;
const KEY_FILE = "cli.key";
const NO_CONSOLE = "The console is not built here: stop Atlas and start it by npm start, which builds it.";

/** Opens gateway and public edge, and gives a new platform what it begins with. */
export async function serveClients(parts: ServeOptions): Promise<ServedClients> {
  const { options, ports, host, market, readiness, metrics, look, closes } = parts;
  const { journal, consoleFolder, dataFolder, recording } = options;
  parts.stage("opening the gateway");
  const files = secretFiles(dataFolder);
  const gateway = await openGateway({
    ports: { ...ports, chance: systemChance(), journal, metrics, files },
    partitions: PARTITIONS,
    directory: host.directory,
    queries: mergedAccountQueries(host.directory, ports.store, PARTITIONS.oms),
    market: marketSource(market),
    marketReads: marketReads(market, ports.store, ports.clock),
    processes: () => host.processes(),
    pressure: { storeLag: () => host.storeLag(), diskLow: () => parts.disk.isLow },
  });
  closes(() => gateway.stop());
  const site = consoleFolder === undefined ? undefined : readSite(consoleFolder);
  const edge = await openPublicEdge({
    ...{ host: options.host, port: options.port, readiness, metrics, look, journal },
    gateway: { ...gateway, services: [...gateway.services, auditReads({ ports, partitions: PARTITIONS })] },
    clock: ports.clock,
    traces: ports.traces,
    site: site ?? absentSite(NO_CONSOLE),
  });
  closes(() => edge.close(GRACE));
  parts.stage("defining what a new platform begins with");
  const key = (await files.read(KEY_FILE)) ?? "";
  const calls = localCalls(edge.handlers, key.trim());
  const begin = () => firstStart(calls, { recorded: recording !== undefined });
  await patiently(begin, ports.clock, ports.warn);
  if (recording !== undefined) startRecording(calls, recording, ports, closes);
  const instruments = await patiently(() => calls.instruments(), ports.clock, ports.warn);
  readiness.up(marketsOf(instruments, options), market);
  return { url: edge.url, hasConsole: site !== undefined, calls };
}

function startRecording(
  calls: LocalCalls,
  recording: Recording,
  { clock, warn }: OwnerPorts,
  closes: ServeOptions["closes"],
): void {
  const end = new AbortController();
  closes(() => end.abort());
  void playForEver({ recording, play: calls.play, clock, warn }, end.signal);
}

/** Those whose market this platform makes: a recorded one has one only while somebody plays it. */
function marketsOf(instruments: readonly Instrument[], { recording }: PlatformOptions): Instrument[] {
  return instruments.filter(({ marketModel }) => recording !== undefined || marketModel !== MarketModel.RECORDED);
}
