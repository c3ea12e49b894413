import { systemDigest } from "@atlas/adapters/system/system-digest";
import type { Gateway } from "@atlas/gateway/gateway";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import type { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { MarketView } from "@atlas/market/market-view";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import { createHandlers } from "@atlas/platform/access/create-handlers";
import { type InProcessOptions, inProcessTransport } from "@atlas/platform/access/in-process-transport";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type AppendAttempt, type AppendFault, type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { memorySecretFiles } from "@atlas/platform/memory/memory-secret-files";
import { type MemoryStore, memoryStore } from "@atlas/platform/memory/memory-store";
import { seededChance } from "@atlas/platform/memory/seeded-chance";
import { mergedAccountQueries } from "@atlas/platform/query/merged-account-queries";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { silentMetrics } from "@atlas/platform/telemetry/metrics";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { TickDriver } from "@atlas/venue/tick-driver";
import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { firstStart } from "../first-start/first-start.ts";
import { LocalShards } from "../local-shards.ts";
import { marketReads, marketSource } from "../market-source.ts";
import { processState } from "../process-state.ts";
import { openWholeGateway } from "../simulated/open-whole-gateway.ts";
import { turn } from "../simulated/turn.ts";

const PARTITIONS = { oms: 16, venue: 8 };
const MESSAGE_BYTES = 4_000_000;

/** A whole platform with its gateway in one process, on a log and a store in memory, by a clock that stands until it is moved. */
export class GatewayPlatform {
  readonly clock: ManualClock = manualClock({ turn });
  /** Shards that have stopped. */
  readonly failures: string[] = [];
  /** What would be told to a person. */
  readonly warnings: string[] = [];
  readonly log: MemoryLog;
  readonly store: MemoryStore = memoryStore({ clock: this.clock });
  readonly files = new Map<string, string>();
  readonly digest = systemDigest();
  readonly pressure = { lag: 0, low: false };
  /** Consulted for each append. */
  fault: (attempt: AppendAttempt) => AppendFault | undefined = () => undefined;
  readonly #shutdown = new AbortController();
  readonly #pace: number;
  #shards: LocalShards | undefined;
  #gateway: Gateway | undefined;
  #handlers: UniversalHandler[] = [];
  #view: MarketView | undefined;
  #gateways = 0;
  #names = 0;

  /** Milliseconds between ticks of the simulated market. */
  constructor(pace = 1_000) {
    this.#pace = pace;
    this.log = memoryLog({ clock: this.clock, fault: (attempt) => this.fault(attempt) });
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error("the platform has not started");
    return this.#gateway;
  }

  get shards(): LocalShards {
    if (this.#shards === undefined) throw new Error("the platform has not started");
    return this.#shards;
  }

  get handlers(): readonly UniversalHandler[] {
    return this.#handlers;
  }

  /** Starts shards, market and gateway, with the first instruments and `demo`. */
  async start(): Promise<this> {
    const { clock, log, store, digest } = this;
    const warn = (message: string, facts: object) =>
      void this.warnings.push(`${message} ${JSON.stringify(facts, plain)}`);
    const ports: OwnerPorts = { log, store, clock, digest, warn, writer: "test" };
    this.#shards = new LocalShards({
      ports,
      partitions: PARTITIONS,
      tickInterval: 100,
      failed: (shard, error) => void this.failures.push(`${shard}: ${error.stack}`),
    });
    const view = new MarketView({ log, store, clock, digest, warn }, PARTITIONS.venue);
    await this.run(Promise.all([this.#shards.start(), view.start()]));
    this.#view = view;
    const { gateway, handlers } = await this.anotherGateway();
    this.#gateway = gateway;
    this.#handlers = handlers;
    new TickDriver(ports, this.#shards.venues, { watched: this.#pace, quiet: 1_000 }, (id) =>
      view.isWatched(id),
    ).start();
    const authorization = this.localKey();
    const accounts = this.client(AccountService, { authorization });
    const instruments = this.client(InstrumentService, { authorization });
    const first = firstStart(
      {
        instrumentIds: async () => (await instruments.listInstruments({})).instruments.map((one) => one.instrumentId),
        defineInstrument: (request) => instruments.defineInstrument(request),
        createAccount: (request) => accounts.createAccount(request),
        depositFunds: (request) => accounts.depositFunds(request),
      },
      { recorded: true },
    );
    await this.run(first);
    await this.clock.advance(2_000);
    return this;
  }

  /** A gateway of its own, as of another process; the platform's clients go by the first. `open`: absent, it serves every account. */
  async anotherGateway(
    directory: ShardDirectory = this.shards,
    open: typeof openWholeGateway = openWholeGateway,
  ): Promise<{ readonly gateway: Gateway; readonly handlers: UniversalHandler[] }> {
    const view = this.#view as MarketView;
    const { clock, log, store, digest, pressure } = this;
    const context = {
      ports: {
        ...{ log, store, clock, digest, journal: silentJournal, metrics: silentMetrics, traces: noTraces },
        chance: seededChance(++this.#gateways),
        files: memorySecretFiles(this.files),
      },
      partitions: PARTITIONS,
      directory,
      queries: mergedAccountQueries(this.shards, store, PARTITIONS.oms),
      market: marketSource(view),
      marketReads: marketReads(view, store, clock),
      processes: async () => [processState("process", ["oms"])],
      pressure: { storeLag: () => pressure.lag, diskLow: () => pressure.low },
    };
    const gateway = await this.run(open(context));
    const handlers = createHandlers(gateway.services, {
      authenticator: gateway.authenticator,
      limiter: new CallLimiter(clock),
      journal: silentJournal,
      messageBytes: MESSAGE_BYTES,
      compression: [],
      shutdown: this.#shutdown.signal,
    });
    return { gateway, handlers };
  }

  /** What who owns the data folder sends. */
  localKey(): string {
    return `Bearer ${this.files.get("cli.key")?.trim()}`;
  }

  /** A client that is signed in by the local key unless told otherwise. */
  client<S extends DescService>(service: S, options: InProcessOptions = { authorization: this.localKey() }): Client<S> {
    return createClient(service, inProcessTransport(this.#handlers, options));
  }

  /** A new user with roles and grants; what it sends. */
  async user(roles: Role[], grants: { accountId: string; role: Role }[] = []): Promise<string> {
    const userId = `user-${++this.#names}`;
    const identity = this.client(IdentityService);
    await this.run(identity.createUser({ userId, roles }));
    for (const grant of grants) await this.run(identity.grantAccount({ userId, grant }));
    const { secret } = await this.run(identity.createApiKey({ requestId: userId, userId, label: "test" }));
    return `Bearer ${secret}`;
  }

  /** A new account with funds, owned by itself; the local key trades on it. */
  async account(funds: Readonly<Record<string, string>>): Promise<string> {
    const accountId = `account-${++this.#names}`;
    const accounts = this.client(AccountService);
    await this.run(accounts.createAccount({ requestId: accountId, accountId, ownerId: accountId }));
    for (const [asset, amount] of Object.entries(funds)) {
      const requestId = `${accountId}-${asset}`;
      await this.run(accounts.depositFunds({ requestId, accountId, amount: { asset, amount } }));
    }
    return accountId;
  }

  /** Lets time pass until a promise is settled. */
  async run<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    for (let step = 0; step < 20_000 && !settled; step++) await this.clock.advance(2);
    if (!settled) throw new Error("nothing came of it");
    return done;
  }
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
