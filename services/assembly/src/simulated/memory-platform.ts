import type { ArchivePace } from "@atlas/audit/archive-pace";
import { ENGINE_VERSIONS } from "@atlas/domain/engine/engine-rules";
import { RequestMemory } from "@atlas/domain/request-memory/request-memory";
import type { UnreadRoom } from "@atlas/gateway/unread-room";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import type { ProcessState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { MarketView } from "@atlas/market/market-view";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import { createHandlers } from "@atlas/platform/access/create-handlers";
import { memorySecretFiles } from "@atlas/platform/memory/memory-secret-files";
import { seededChance } from "@atlas/platform/memory/seeded-chance";
import { AppendUnknown, LogUnavailable } from "@atlas/platform/ports/log";
import { StoreDamaged, StoreUnavailable, WriteUnknown } from "@atlas/platform/ports/store";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import type { ImagePace } from "@atlas/platform/shard/image-writer";
import { type Journal, type JournalFacts, silentJournal } from "@atlas/platform/telemetry/journal";
import { silentMetrics } from "@atlas/platform/telemetry/metrics";
import { noTraces } from "@atlas/platform/telemetry/traces";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { TickDriver } from "@atlas/venue/tick-driver";
import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { startArchiver } from "../archiving.ts";
import { LocalShards } from "../local-shards.ts";
import { marketReads, marketSource } from "../market-source.ts";
import { SHARD_KINDS, type ShardKind } from "../owned-shard.ts";
import { processState } from "../process-state.ts";
import { FaultyWorld } from "./faulty-world.ts";
import { fewInstruments } from "./few-instruments.ts";
import { clientsOf, transportTo } from "./gateway-clients.ts";
import { openWholeGateway } from "./open-whole-gateway.ts";
import { type RemoteOwner, remoteShards } from "./remote-shards.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** Kinds of shards that one process owns together. */
export type Holding = readonly ShardKind[];

/** A process that owns every shard of its holding, with or without knowing that another does, too. */
export interface OwnerProcess extends RemoteOwner {
  readonly process: SimulatedProcess;
  readonly holding: Holding;
  /** The engine versions that it carries. */
  readonly engines: readonly number[];
  /** What runs there: for tests of the assembly. The simulation looks at services from outside. */
  readonly inside: { readonly shards: LocalShards; readonly ticks: TickDriver };
}

/** A process that serves clients. */
export interface GatewayProcess {
  readonly process: SimulatedProcess;
  /** The engine versions that it carries. */
  readonly engines: readonly number[];
  /** As of an owner. */
  readonly inside: { readonly market: MarketView; readonly pressure: { lag: number; low: boolean } };
  /** A client of this gateway, signed in by the local key unless told otherwise. */
  client<S extends DescService>(service: S, authorization?: string): Client<S>;
}

/** A process that archives. */
export interface ArchiverProcess {
  readonly process: SimulatedProcess;
}

export interface MemoryPlatformOptions {
  /** Of what gateways draw; absent: 1. */
  readonly seed?: number;
  readonly partitions?: PartitionCounts;
  /** How owners share the shards, by kinds; absent: each owns all. */
  readonly holdings?: readonly Holding[];
  /** Milliseconds between ticks. */
  readonly pace?: number;
  /** How often owners write images; absent: as is usual. */
  readonly imagePace?: ImagePace;
  /** Request ids that an order shard remembers at most (S18); absent: as is usual. */
  readonly rememberedIds?: number;
  /** When records are archived; absent: nobody archives. */
  readonly archivePace?: ArchivePace;
  /** What may wait at a gateway for a client that does not read; absent: as is usual. */
  readonly room?: UnreadRoom;
  /** Bytes of a frame of commands, at most; absent: as many as the log takes. */
  readonly frameWeight?: number;
}

/** Whom a gateway asks for a shard. */
type FindOwner = (shard: string) => RemoteOwner | undefined;

const FEW: PartitionCounts = { oms: 3, venue: 2 };
const MESSAGE_BYTES = 4_000_000;

/** A whole platform of any number of processes on one faulty world, by a clock that stands until it is moved. */
export class MemoryPlatform {
  readonly world = new FaultyWorld();
  readonly partitions: PartitionCounts;
  readonly holdings: readonly Holding[];
  readonly gateways: GatewayProcess[] = [];
  readonly archivers: ArchiverProcess[] = [];
  /** Shards that have stopped, and what gateways took for defects. */
  readonly failures: string[] = [];
  /** What would be told to a person. */
  readonly warnings: string[] = [];
  readonly files = new Map<string, string>();
  /** Those that lived when somebody asked last, and who came since: the dead stay dead, and what they held is let go. */
  #owners: readonly OwnerProcess[] = [];
  #livingGateways: readonly GatewayProcess[] = [];
  readonly #pace: number;
  readonly #imagePace: ImagePace | undefined;
  readonly #rememberedIds: number | undefined;
  readonly #archivePace: ArchivePace | undefined;
  readonly #room: UnreadRoom | undefined;
  readonly #frameWeight: number | undefined;
  readonly #seed: number;
  #chances = 0;

  constructor(options: MemoryPlatformOptions = {}) {
    this.#seed = options.seed ?? 1;
    this.partitions = options.partitions ?? FEW;
    this.holdings = options.holdings ?? [SHARD_KINDS];
    this.#pace = options.pace ?? 500;
    this.#imagePace = options.imagePace;
    this.#rememberedIds = options.rememberedIds;
    this.#archivePace = options.archivePace;
    this.#room = options.room;
    this.#frameWeight = options.frameWeight;
  }

  get clock() {
    return this.world.clock;
  }

  /** One owner of each holding, one gateway, one archiver, the instruments. `engines`: the versions that the owner's build carries. */
  async start(engines?: readonly number[]): Promise<this> {
    for (const holding of this.holdings) await this.startOwner(engines, holding);
    await this.startGateway();
    this.beginArchiver();
    const instruments = this.client(InstrumentService);
    for (const instrument of fewInstruments) {
      await this.run(instruments.defineInstrument({ requestId: instrument.instrumentId, instrument }));
    }
    await this.clock.advance(2_000);
    return this;
  }

  /** Processes that own the shards, or have begun to, oldest first. */
  living(): readonly OwnerProcess[] {
    this.#owners = this.#owners.filter(lives);
    return this.#owners;
  }

  /** Processes that serve clients, oldest first. */
  livingGateways(): readonly GatewayProcess[] {
    this.#livingGateways = this.#livingGateways.filter(lives);
    return this.#livingGateways;
  }

  /** The process that is asked first, of those who own a shard: the newest. */
  leader(shard?: string): OwnerProcess | undefined {
    return (shard === undefined ? this.living() : this.ownersOf(shard)).at(-1);
  }

  /** Those of the living who own a shard. */
  ownersOf(shard: string): readonly OwnerProcess[] {
    return this.living().filter(({ holding }) => holding.some((kind) => shard.startsWith(`${kind}/`)));
  }

  /** Those of the living who own the same. */
  livingWith(holding: Holding): readonly OwnerProcess[] {
    return this.living().filter((owner) => owner.holding === holding);
  }

  /** Another owner, of the first holding unless told otherwise; gateways turn to it once it has recovered. */
  async startOwner(engines?: readonly number[], holding?: Holding): Promise<OwnerProcess> {
    return this.run(this.beginOwner(engines, holding));
  }

  /** The same, for who lets time pass meanwhile. `engines`: the versions that its build carries; absent: all of this one. */
  async beginOwner(engines: readonly number[] = ENGINE_VERSIONS, holding = this.#whole): Promise<OwnerProcess> {
    const owner = this.#ownerProcess(engines, holding);
    this.#owners = [...this.#owners, owner];
    await this.#begin(owner, owner.inside.shards.start());
    owner.inside.ticks.start();
    return owner;
  }

  /** A process that decides every shard of its holding and says nothing; it is nobody's owner until it `serve`s (S21). */
  async beginStandby(holding = this.#whole): Promise<OwnerProcess> {
    const standby = this.#ownerProcess(ENGINE_VERSIONS, holding);
    await this.#begin(standby, standby.inside.shards.standBy());
    return standby;
  }

  /** Whether a standby is where the owners are. */
  keepUp({ inside }: OwnerProcess): Promise<boolean> {
    return inside.shards.keepUp();
  }

  /** A standby takes over: it is asked first from now on. It ends when it cannot. */
  async serve(standby: OwnerProcess): Promise<void> {
    this.#owners = [...this.#owners, standby];
    await this.#begin(standby, standby.inside.shards.serve());
    standby.inside.ticks.start();
  }

  /** No venue is ticked any more: what rests there comes to rest. */
  stopTicks(): void {
    for (const { inside } of this.living()) inside.ticks.stop();
  }

  get #whole(): Holding {
    return this.holdings[0] ?? SHARD_KINDS;
  }

  #ownerProcess(engines: readonly number[], holding: Holding): OwnerProcess {
    const process = this.world.process("owner");
    const { clock, log, store, name } = process;
    const warn = (message: string, facts: object) => {
      this.warnings.push(`${name}: ${message} ${JSON.stringify(facts, plain)}`);
    };
    const ports: OwnerPorts = { log, store, clock, digest: this.world.digest, warn, writer: name, ...this.#paced() };
    // What is missed is asked of whoever leads, over ways that can be clogged.
    const directory = remoteShards(process, this.world.network, (shard) => this.leader(shard));
    const { partitions } = this;
    const failed = (shard: string, error: Error) => void this.failures.push(`${name} ${shard}: ${error.stack}`);
    const shards = new LocalShards({ ports, directory, partitions, tickInterval: 100, engines, failed }, holding);
    if (this.#rememberedIds !== undefined) {
      for (const { shard } of shards.oms) {
        Object.assign(shard.state, { requests: new RequestMemory(this.#rememberedIds) });
      }
    }
    const ticks = new TickDriver(ports, shards.venues, { watched: this.#pace, quiet: 1_000 }, () => true);
    return { process, holding, engines, inside: { shards, ticks } };
  }

  async #begin({ process }: OwnerProcess, work: Promise<void>): Promise<void> {
    await this.#orKill(process, work).catch((error: Error) => {
      if (!isPassing(error)) this.failures.push(`${process.name} cannot start: ${error.stack}`);
      throw error;
    });
  }

  async startGateway(find?: FindOwner): Promise<GatewayProcess> {
    return this.run(this.beginGateway(find));
  }

  /** Another gateway; `find` says whom it asks, if not the leader. */
  async beginGateway(find: FindOwner = (shard) => this.leader(shard)): Promise<GatewayProcess> {
    const process = this.world.process("gateway");
    const { clock, log, store, name } = process;
    const { digest } = this.world;
    const journal = this.#journal(name);
    const market = new MarketView({ log, store, clock, digest, warn: journal.warn }, this.partitions.venue);
    const directory = remoteShards(process, this.world.network, find);
    const pressure = { lag: 0, low: false };
    await this.#orKill(process, market.start());
    const opening = openWholeGateway({
      ports: {
        ...{ log, store, clock, digest, journal, metrics: silentMetrics, traces: noTraces },
        chance: seededChance(this.#seed * 7_000 + this.#chances++),
        files: memorySecretFiles(this.files),
      },
      partitions: this.partitions,
      directory,
      queries: mergedAccountQueries(directory, store, this.partitions.oms),
      market: marketSource(market),
      marketReads: marketReads(market, store, clock),
      processes: async () => this.#processes(),
      pressure: { storeLag: () => pressure.lag, diskLow: () => pressure.low },
      ...(this.#room === undefined ? {} : { room: this.#room }),
      frameWeight: this.#frameWeight,
    });
    const gateway = await this.#orKill(process, opening);
    const handlers = createHandlers(gateway.services, {
      authenticator: gateway.authenticator,
      limiter: new CallLimiter(clock),
      journal,
      messageBytes: MESSAGE_BYTES,
      compression: [],
      // It does not stop: who dies ends nothing.
      shutdown: new AbortController().signal,
    });
    const opened: GatewayProcess = {
      ...{ process, engines: ENGINE_VERSIONS, inside: { market, pressure } },
      client: clientsOf(
        (authorization) => transportTo(process, handlers, authorization),
        () => this.localKey(),
      ),
    };
    this.gateways.push(opened);
    this.#livingGateways = [...this.#livingGateways, opened];
    return opened;
  }

  /** The whole book of an instrument as a gateway has it in memory: a call takes time, in which it moves. */
  bookOf({ inside }: GatewayProcess, instrumentId: string) {
    return inside.market.market(instrumentId)?.book(Number.MAX_SAFE_INTEGER);
  }

  /** A process that archives, beside those that do already; none where no pace was given. */
  beginArchiver(): void {
    const given = this.#archivePace;
    if (given === undefined) return;
    // No two that follow each other would write the same objects.
    const pace = { ...given, bytes: Math.ceil(given.bytes / (1 + (this.archivers.length % 3))) };
    const process = this.world.process("audit");
    const { clock, log, archive, name } = process;
    const { compression, digest } = this.world;
    const warn = (message: string, facts: object) =>
      void this.warnings.push(`${name}: ${message} ${JSON.stringify(facts, plain)}`);
    const ports = { log, archive, compression, clock, digest, warn };
    const { partitions } = this;
    startArchiver({ ports, metrics: silentMetrics, partitions, pace });
    this.archivers.push({ process });
  }

  /** A client of the newest gateway that lives. */
  client<S extends DescService>(service: S, authorization?: string): Client<S> {
    const gateway = this.livingGateways().at(-1);
    if (gateway === undefined) throw new Error("no gateway lives");
    return gateway.client(service, authorization);
  }

  /** What who owns the data folder sends. */
  localKey(): string {
    return `Bearer ${this.files.get("cli.key")?.trim()}`;
  }

  /** An account with funds that the local key trades on. */
  async account(accountId: string, funds: Readonly<Record<string, string>>, ownerId = accountId): Promise<string> {
    const accounts = this.client(AccountService);
    await this.run(accounts.createAccount({ requestId: accountId, accountId, ownerId }));
    for (const [asset, amount] of Object.entries(funds)) {
      const requestId = `${accountId}-${asset}`;
      await this.run(accounts.depositFunds({ requestId, accountId, amount: { asset, amount } }));
    }
    return accountId;
  }

  /** Those whose beat is seen, as they would say themselves. */
  #processes(): ProcessState[] {
    const all = [...this.living(), ...this.gateways].filter(({ process }) => process.state === "RUNS");
    return all.map(({ process, engines }) => processState(process.name, [], engines));
  }

  /** A process that cannot start ends. */
  #orKill<T>(process: SimulatedProcess, start: Promise<T>): Promise<T> {
    const gone = new Promise<never>((_, reject) => {
      process.onDeath(() => reject(new KilledAtStart(`${process.name} was killed while it started`)));
    });
    return Promise.race([start, gone]).catch((error: Error) => {
      process.kill();
      throw error;
    });
  }

  /** What is written as an error is a defect. */
  #journal(name: string): Journal {
    const error = (message: string, _facts: object, cause?: unknown) =>
      void this.failures.push(`${name}: ${message}: ${cause instanceof Error ? cause.stack : String(cause)}`);
    const warn = (message: string, facts: JournalFacts) =>
      void this.warnings.push(`${name}: ${message} ${JSON.stringify(facts, plain)}`);
    return { ...silentJournal, error, warn };
  }

  #paced(): { imagePace?: ImagePace } {
    return this.#imagePace === undefined ? {} : { imagePace: this.#imagePace };
  }

  run<Value>(promise: Promise<Value>): Promise<Value> {
    return this.world.run(promise);
  }
}

class KilledAtStart extends Error {}

function lives({ process }: { readonly process: SimulatedProcess }): boolean {
  return process.state !== "DEAD";
}

/** What a start needs is away, or the process was killed: it is tried again. Whatever else stops a start is a defect. */
function isPassing(error: Error): boolean {
  return [KilledAtStart, LogUnavailable, AppendUnknown, StoreUnavailable, WriteUnknown, StoreDamaged].some(
    (kind) => error instanceof kind,
  );
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
