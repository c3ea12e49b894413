import { partitionOf } from "@atlas/domain/partition/partition";
import type { Limits } from "@atlas/gen/atlas/account/v1/account_pb";
import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Principal } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { Evidence, OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import { shardName } from "@atlas/platform/shard/shard-name";
import { untakenBy } from "@atlas/platform/shard/untaken";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { topics } from "@atlas/platform/topic/topics";
import { timestampOf } from "@atlas/platform/wire/time";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import { refuseHouseAccount, refuseHouseOwner } from "../refusal/house-names.ts";
import { AccountGates } from "./account-gates.ts";
import type { ClockSkew } from "./clock-skew.ts";
import { PartitionWriter } from "./partition-writer.ts";
import { type CommandClass, type CommandReceiver, PendingCommand } from "./pending-command.ts";
import { PendingCommands } from "./pending-commands.ts";
import { tooLate } from "./silence.ts";

/** Waiting for frames, all partitions together: new orders are refused above the first, cancels above the second. */
const MOST_BYTES_ORDERS = 48_000_000;
const MOST_BYTES = 64_000_000;
/** The longest order command is shorter: texts are bounded by the contract. */
const COMMAND_WEIGHT = 2_048;
const QUANTITY_LIMIT_WEIGHT = 128;
/** Milliseconds that a command is worth logging. */
const USUAL_VALIDITY = 15_000;
const LONGEST_VALIDITY = 30_000;
const MARGIN = 5_000;
/** An outcome that has not come by then is not worth its place: the command is decided no more (S18), or has been long ago. */
const LONGEST_WAIT = 60_000;

/** What a handler asks of a shard; the intake adds what every command carries. */
export interface CommandDraft {
  readonly accountId: string;
  readonly requestId: string;
  readonly contentDigest: Uint8Array;
  readonly principal: Principal;
  /** Empty: none. */
  readonly sessionId: string;
  readonly quote?: Quote | undefined;
  readonly evidence?: Evidence | undefined;
  /** The shard asked for the evidence: what is sent again for it counts against the account's rate once. */
  readonly wasAsked?: boolean;
  /** Of what is made once for ever (S18); else empty. */
  readonly orderId: string;
  readonly command: OrderCommand["command"];
  readonly commandClass: CommandClass;
  /** Clock's monotonic milliseconds at which the caller waits no longer. */
  readonly deadline: number;
}

/** What keeps new orders out while cancels, reports and timers pass (S24). */
export interface Pressure {
  /** Events that the query store has yet to show, in the order shard that has most. */
  storeLag(): number;
  /** Little room is left where the log is kept. */
  diskLow(): boolean;
}

export interface CommandIntakeOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly journal: Journal;
  readonly traces: Traces;
  readonly metrics: Pick<GatewayMetrics, "taken" | "shed" | "settled">;
  readonly pressure: Pressure;
  readonly skew: ClockSkew;
  /** Weight of a frame of commands, at most; absent: as much as the log takes. */
  readonly frameWeight?: number | undefined;
  readonly incarnation: string;
  /** Order shards. */
  readonly partitions: number;
  /** Whether a shard's events are heard. What became of a command to one that is not would never be told. */
  readonly isFollowed: (shard: number) => boolean;
  /** An account sends its first command: `limits` wants to be told its limits. */
  readonly learnLimits: (accountId: string) => void;
}

const MOST_STORE_LAG = 200_000;

/** Takes commands for order shards in, puts them on the log and tells what the shards decided. */
export class CommandIntake {
  readonly #options: CommandIntakeOptions;
  readonly #writers: readonly PartitionWriter<OrderCommand>[];
  readonly #pending: PendingCommands;
  readonly #gates: AccountGates;
  readonly #settled: (command: PendingCommand) => void;

  constructor(options: CommandIntakeOptions) {
    this.#options = options;
    const { log, clock, digest, journal, traces, incarnation, skew } = options;
    this.#writers = Array.from({ length: options.partitions }, (_, partition) => {
      const topic = topics.orderCommands.name;
      return new PartitionWriter({
        ...{ log, clock, digest, journal, traces, topic, partition },
        codec: OrderCommandCodec,
        frameWeight: options.frameWeight,
        source: incarnation,
        appended: (sentAt, appendTime) => skew.appended(sentAt, appendTime),
      });
    });
    this.#pending = new PendingCommands(clock, incarnation);
    this.#gates = new AccountGates(clock, options.learnLimits);
    this.#settled = (command) => {
      this.#pending.remove(command);
      options.metrics.settled(clock.monotonic() - command.sentAt, this.#pending.size);
      this.#gates.leave(command.message.accountId, command.commandClass);
    };
  }

  /** Commands without an outcome. */
  get unanswered(): number {
    return this.#pending.size;
  }

  /** The partition that has not taken for long what was taken in; `undefined`: each does. */
  get untaken(): string | undefined {
    return untakenBy(this.#writers);
  }

  /** The shard that decides for an account. */
  shardOf(accountId: string): number {
    return partitionOf(accountId, this.#options.partitions);
  }

  /**
   * Sends a command to its shard; `receiver` hears what became of it, never before this returns. A refusal: nothing was
   * taken in, and the receiver hears nothing. What comes behind its caller's deadline is refused as NOT_READY.
   */
  send(draft: CommandDraft, receiver: CommandReceiver): RefusalError | undefined {
    const { metrics } = this.#options;
    const invalid = refuseNames(draft);
    if (invalid !== undefined) return invalid;
    const refused = this.#refuse(draft) ?? this.#enter(draft);
    if (refused !== undefined) {
      metrics.shed(refused.refusal.reason);
      return refused;
    }
    metrics.taken(draft.commandClass);
    const now = this.#options.clock.monotonic();
    const validity = validityOf(draft.deadline - now);
    const partition = this.shardOf(draft.accountId);
    const command = new PendingCommand(
      {
        message: this.#message(draft, validity),
        weight: weightOf(draft.command),
        sentAt: now,
        giveUpAt: now + validity,
        deadline: Math.min(draft.deadline, now + LONGEST_WAIT),
        partition,
        commandClass: draft.commandClass,
        receiver,
      },
      this.#settled,
    );
    this.#pending.add(command);
    (this.#writers[partition] as PartitionWriter<OrderCommand>).push(command);
    return undefined;
  }

  /** An event of any order shard, in sequence. */
  decided(event: OrderEvent): void {
    const refusal = event.event.case === "commandAnswered" ? event.event.value.refusal : undefined;
    if (refusal === undefined) this.#pending.decided(event);
    else this.#options.skew.explain(refusal, (told) => this.#pending.decided(withRefusal(event, told)));
    if (event.event.case === "limitsSet" && event.event.value.limits !== undefined) {
      this.#gates.limits(event.accountId, event.event.value.limits);
    }
  }

  /** Events of a shard were missed: what it decided of the commands sent will not be told. */
  missed(shard: number): void {
    this.#pending.missed(shard);
  }

  /** The limits of an account, as they stand. */
  limits(accountId: string, limits: Limits): void {
    this.#gates.limits(accountId, limits);
  }

  stop(): void {
    for (const writer of this.#writers) writer.stop();
    this.#pending.stop();
  }

  #enter({ accountId, commandClass, wasAsked }: CommandDraft): RefusalError | undefined {
    return this.#gates.enter(accountId, commandClass, wasAsked !== true);
  }

  #refuse(draft: CommandDraft): RefusalError | undefined {
    if (this.#options.clock.monotonic() >= draft.deadline) return tooLate();
    const shard = this.shardOf(draft.accountId);
    if (!this.#options.isFollowed(shard)) return notReady(`${shardName("oms", shard)} is not followed here yet`);
    let waiting = 0;
    for (const writer of this.#writers) waiting += writer.queuedWeight;
    if (waiting > MOST_BYTES || (waiting > MOST_BYTES_ORDERS && draft.commandClass === "ORDER")) return busy();
    if (draft.command.case !== "submit") return undefined;
    const { pressure } = this.#options;
    if (pressure.diskLow()) return full("the disk is almost full: no new orders");
    if (pressure.storeLag() > MOST_STORE_LAG) return full("the query store is far behind: no new orders");
    return undefined;
  }

  #message(draft: CommandDraft, validity: number): OrderCommand {
    return {
      $typeName: "atlas.log.v1.OrderCommand",
      commandId: this.#pending.nextId(),
      accountId: draft.accountId,
      requestId: draft.requestId,
      contentDigest: draft.contentDigest,
      principal: draft.principal,
      sessionId: draft.sessionId,
      quote: draft.quote,
      validUntil: timestampOf(Math.floor(this.#options.clock.now()) + validity),
      evidence: draft.evidence,
      orderId: draft.orderId,
      command: draft.command,
    };
  }
}

/** Names that no client acts under. What a client has at rest all the same, it can cancel. */
function refuseNames({ accountId, command, commandClass }: CommandDraft): RefusalError | undefined {
  const account = commandClass === "CANCEL" ? undefined : refuseHouseAccount("account_id", accountId);
  if (account !== undefined || command.case !== "createAccount") return account;
  return refuseHouseOwner("owner_id", command.value.ownerId);
}

/** Its end comes before the caller's, so that an answer tells whether it was logged; not before the usual. Milliseconds. */
function validityOf(patience: number): number {
  return Math.floor(Math.min(Math.max(patience - MARGIN, USUAL_VALIDITY), LONGEST_VALIDITY));
}

function withRefusal(event: OrderEvent, refusal: Refusal): OrderEvent {
  if (event.event.case !== "commandAnswered" || event.event.value.refusal === refusal) return event;
  return { ...event, event: { case: "commandAnswered", value: { ...event.event.value, refusal } } };
}

function weightOf(command: OrderCommand["command"]): number {
  if (command.case !== "setLimits") return COMMAND_WEIGHT;
  return COMMAND_WEIGHT + QUANTITY_LIMIT_WEIGHT * (command.value.limits?.quantityLimits.length ?? 0);
}

function busy(): RefusalError {
  return refusal(Reason.BUSY, "too much waits for the log: send again a little later", {
    retryAfter: { seconds: 0n, nanos: 100_000_000 },
  });
}

function full(message: string): RefusalError {
  return refusal(Reason.STORAGE_FULL, message, { retryAfter: { seconds: 1n, nanos: 0 } });
}
