import { secretFiles } from "@atlas/adapters/files/secret-files";
import { absentSite, readSite } from "@atlas/adapters/http/site/site";
import { systemChance } from "@atlas/adapters/system/system-chance";
import type { PrometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import { type Gateway, openGateway } from "@atlas/gateway/gateway";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Instrument, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { MarketView } from "@atlas/market/market-view";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { auditReads } from "./archiving.ts";
import { firstStart } from "./first-start/first-start.ts";
import { type LocalCalls, localCalls } from "./first-start/local-calls.ts";
import { patiently } from "./first-start/patiently.ts";
import { marketReads, marketSource } from "./market-source.ts";
import { PARTITIONS } from "./platform-terms.ts";
import { playForEver } from "./play-for-ever.ts";
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
  /** Resolves when the market is read that stood on the log, or the process stops. */
  readonly marketRead: Promise<void>;
  readonly readiness: PlatformReadiness;
  readonly metrics: PrometheusMetrics;
  readonly look: () => void;
  /** Whether too little room is left for new orders (S24). */
  readonly disk: { readonly isLow: boolean };
  readonly stage: (text: string) => void;
  readonly closes: (close: () => Promise<void> | void) => void;
  /** The process stops. */
  readonly signal: AbortSignal;
}

/** A process that answers at its port. */
export interface ServedProcess {
  readonly url: string;
  readonly hasConsole: boolean;
  /** Resolves when calls are let in: a gateway knows who may do what. Rejects with what no waiting cures. */
  readonly served: Promise<void>;
  /** Resolves when it has what it waits for, such as what a new platform begins with. Rejects with what no waiting cures. */
  readonly started: Promise<void>;
  /** Of a gateway that serves. */
  readonly loginLink?: () => Promise<string>;
}

/** Milliseconds for streams and calls under way. */
const GRACE = 1_000;
const KEY_FILE = "cli.key";
const NO_CONSOLE = "The console is not built here: stop Atlas and start it by npm start, which builds it.";

/** Opens gateway and public edge; goes on behind them to what they wait for. */
export async function serveClients(parts: ServeOptions): Promise<ServedProcess> {
  const { options, ports, host, market, readiness, metrics, look, closes } = parts;
  const { journal, consoleFolder, dataFolder } = options;
  parts.stage("opening the gateway");
  const gateway = await openGateway({
    ports: { ...ports, chance: systemChance(), journal, metrics, files: secretFiles(dataFolder) },
    partitions: PARTITIONS,
    directory: host.directory,
    queries: mergedAccountQueries(host.directory, ports.store, PARTITIONS.oms),
    market: marketSource(market),
    marketReads: marketReads(market, ports.store, ports.clock),
    processes: () => host.processes(),
    pressure: { storeLag: () => host.storeLag(), diskLow: () => parts.disk.isLow },
  });
  closes(() => gateway.stop());
  readiness.asks(() => unheard(gateway, host));
  readiness.asks(() => untaken(gateway));
  const site = consoleFolder === undefined ? undefined : readSite(consoleFolder);
  const edge = await openPublicEdge({
    ...{ host: options.host, port: options.port, readiness, metrics, look, journal },
    gateway: { ...gateway, services: [...gateway.services, auditReads({ ports, partitions: PARTITIONS })] },
    clock: ports.clock,
    traces: ports.traces,
    site: site ?? absentSite(NO_CONSOLE),
  });
  closes(() => edge.close(GRACE));
  const lost = host.lost === undefined ? [] : [host.lost];
  const calls = Promise.race([letIn(parts, gateway, edge.handlers), ...lost]);
  return {
    ...{ url: edge.url, hasConsole: site !== undefined },
    served: calls.then(() => undefined),
    started: Promise.race([calls.then((local) => furnish(parts, gateway, local)), ...lost]),
    loginLink: async () => (await calls).loginLink(),
  };
}

/** Waits for identity, control and the market. */
async function letIn(
  { options, ports, marketRead, signal }: ServeOptions,
  gateway: Gateway,
  handlers: readonly UniversalHandler[],
): Promise<LocalCalls> {
  await marketRead;
  signal.throwIfAborted();
  await patiently(() => gateway.start(), { ...ports, signal });
  const key = (await secretFiles(options.dataFolder).read(KEY_FILE)) ?? "";
  return localCalls(handlers, key.trim());
}

/** Waits for what the first start needs, and begins to play. */
async function furnish(parts: ServeOptions, gateway: Gateway, calls: LocalCalls): Promise<void> {
  const { ports, market, readiness, signal } = parts;
  parts.stage("defining what a new platform begins with");
  const patience = { ...ports, signal };
  const markets = await patiently(() => begin(parts, calls), patience).catch((error: Error) => {
    const refused = refusalOf(error);
    // Whoever revoked the local key, or took its user's rights, meant it: the platform serves all others.
    if (refused?.reason !== Reason.NOT_SIGNED_IN && refused?.reason !== Reason.NOT_ALLOWED) throw error;
    ports.warn("the start goes on without the local key", { key: KEY_FILE, reason: refused.message });
    return marketsOf(gateway.instruments(), false);
  });
  readiness.up(markets, market);
}

/** Does by the local key what every start may do again; answers the instruments whose markets are made from now on. */
async function begin({ options, ports, signal }: ServeOptions, calls: LocalCalls): Promise<readonly Instrument[]> {
  const { recording } = options;
  const recorded = recording !== undefined;
  await firstStart(calls, { recorded });
  const markets = marketsOf(await calls.instruments(), recorded);
  if (recorded) void playForEver({ ...ports, recording, play: calls.play }, signal);
  return markets;
}

/** One line for each shard that is not followed, but of what is said to be missing already. */
function unheard(gateway: Gateway, host: ShardHost): string[] {
  const said = host.missing();
  const untold = gateway.unheard().filter((shard) => !said.some((line) => line.startsWith(`${shard} `)));
  return untold.map((shard) => `${shard} is not followed`);
}

/** Orders may stand where no shard has anything to say. */
function untaken(gateway: Gateway): string[] {
  const place = gateway.untaken();
  return place === undefined ? [] : [`orders wait: the log takes nothing on ${place}`];
}

/** Those whose market this platform makes: a recorded one has one only while somebody plays it. */
function marketsOf(instruments: readonly Instrument[], isPlayed: boolean): Instrument[] {
  return instruments.filter(({ marketModel }) => isPlayed || marketModel !== MarketModel.RECORDED);
}
