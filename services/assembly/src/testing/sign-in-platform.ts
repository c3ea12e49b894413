import { systemDigest } from "@atlas/adapters/system/system-digest";
import { answerControl } from "@atlas/control/answer-control";
import { controlKind } from "@atlas/control/control-kind";
import { ControlShard } from "@atlas/control/control-shard";
import { openSignIn, type SignIn } from "@atlas/gateway/identity/open-sign-in";
import { ClockSkew } from "@atlas/gateway/intake/clock-skew";
import {
  type GetAccountRequest,
  type GetAccountResponse,
  GetAccountResponseSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ShardStateSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { type ReadResponse, ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { answerIdentity } from "@atlas/identity/answer-identity";
import { identityKind } from "@atlas/identity/identity-kind";
import { IdentityShard } from "@atlas/identity/identity-shard";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { memorySecretFiles } from "@atlas/platform/memory/memory-secret-files";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { seededChance } from "@atlas/platform/memory/seeded-chance";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { EventShardOwner } from "@atlas/platform/shard/event-shard-owner";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { inputPartition } from "@atlas/platform/shard/shard-name";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { openFrame } from "@atlas/platform/wire/codec/frame";
import { create } from "@bufbuild/protobuf";
import { turn } from "../simulated/turn.ts";

const PARTITIONS = { oms: 16, venue: 8 };

/** The real identity and control shards and a gateway's sign-in, on a log in memory; other shards only count their links. */
export class SignInPlatform implements ShardDirectory {
  readonly clock: ManualClock = manualClock({ turn });
  readonly digest = systemDigest();
  readonly log: MemoryLog = memoryLog({ clock: this.clock });
  readonly files = new Map<string, string>();
  readonly failures: Error[] = [];
  readonly shards = { identity: new IdentityShard(), control: new ControlShard(PARTITIONS, this.digest) };
  /** Accounts that there are. */
  readonly accounts = new Set<string>();
  /** Shards that do not answer. */
  readonly away = new Set<string>();
  readonly #owners = new Map<string, ShardClient>();
  #gateways = 0;

  /** Starts both shards. */
  async start(): Promise<void> {
    const { clock, digest, log } = this;
    const ports = { log, store: memoryStore({ clock }), clock, digest, warn: () => undefined, writer: "test" };
    const { identity, control } = this.shards;
    const hooks = {
      decided: () => undefined,
      acknowledged: () => undefined,
      failed: (error: Error) => void this.failures.push(error),
    };
    const identityOwner = new EventShardOwner(ports, identityKind, identity, 0, {
      ...hooks,
      answer: (request, outputs, inputOffset) => answerIdentity(identity, request, { outputs, inputOffset }, digest),
    });
    const controlOwner = new EventShardOwner(ports, controlKind, control, 0, {
      ...hooks,
      answer: (request, outputs, inputOffset) => answerControl(control, request, { outputs, inputOffset }, digest),
    });
    this.#owners.set("identity/0", identityOwner);
    this.#owners.set("control/0", controlOwner);
    await this.run(Promise.all([identityOwner.start(), controlOwner.start()]));
  }

  /** A gateway of its own: a process that knows nothing of the others. `folder`: of its secrets; absent, the platform's. */
  async gateway(folder = this.files): Promise<SignIn> {
    const number = ++this.#gateways;
    const { clock, digest, log } = this;
    const files = memorySecretFiles(folder);
    const journal = silentJournal;
    const incarnation = `gTEST${number}`;
    const chance = seededChance(number);
    const skew = new ClockSkew(clock, journal);
    const ports = { log, clock, digest, chance, journal, traces: noTraces, files, incarnation, skew };
    const queries = { account: (request: GetAccountRequest) => this.#account(request) };
    const signIn = await openSignIn({ ...ports, directory: this, queries });
    await this.run(signIn.provision());
    return signIn;
  }

  client(shard: string): ShardClient {
    return {
      read: (request, deadline) => {
        if (this.away.has(shard)) return Promise.reject(notReady(`${shard} is away`));
        return this.#owners.get(shard)?.read(request, deadline) ?? this.#countLinks(shard);
      },
      resend: () => Promise.reject(notReady(`${shard} sends nothing again`)),
      follow: (after, receiver) => {
        const owner = this.#owners.get(shard);
        if (owner === undefined) throw new Error(`${shard} is not followed here`);
        return owner.follow(after, receiver);
      },
    };
  }

  /** Lets time pass until a promise is settled. */
  async run<Value>(promise: Promise<Value>): Promise<Value> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    for (let step = 0; step < 10_000 && !settled; step++) await this.clock.advance(5);
    if (!settled) throw new Error("nothing came of it");
    return done;
  }

  async #account({ accountId }: GetAccountRequest): Promise<GetAccountResponse> {
    if (this.accounts.has(accountId)) return create(GetAccountResponseSchema, { account: { accountId } });
    throw refusal(Reason.UNKNOWN_ACCOUNT, `no account ${accountId}`);
  }

  async #countLinks(shard: string): Promise<ReadResponse> {
    const { topic, partition } = inputPartition(shard) ?? { topic: "", partition: 0 };
    const records = await this.log.read(topic, partition, 0, 10_000_000);
    const frames = records.map(({ bytes }) => openFrame(bytes, this.digest));
    const last = frames.reduce((_, { header, count }) => header.firstNumber + BigInt(count) - 1n, 0n);
    const value = create(ShardStateSchema, { shard, links: [{ source: "control/0", number: last }] });
    return create(ReadResponseSchema, { result: { case: "state", value } });
  }
}
