import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { ControlCommand, ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { IdentityCommand, IdentityEvent } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import type { Codec } from "@atlas/gen/codec/codec";
import type { Clock } from "@atlas/platform/ports/clock";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import { timestampOf } from "@atlas/platform/wire/time";
import type { ClockSkew } from "../intake/clock-skew.ts";
import { type Outgoing, PartitionWriter, type PartitionWriterOptions } from "../intake/partition-writer.ts";
import { silenceRefusal, tooLate } from "../intake/silence.ts";

/** What every command of a shard without accounts has. */
interface Command {
  readonly commandId: string;
}

/** What every event of such a shard has. */
interface Event {
  readonly sequence: bigint;
  readonly commandId: string;
  readonly event: { case?: string | undefined; value?: unknown };
}

/** Puts commands on the log and tells what its shard decided. */
export interface RecordIntake<Sent extends Command, Decided extends Event> {
  /**
   * Sends a command; `command_id` and `valid_until` are the intake's. Rejects with the `RefusalError` that the shard
   * answered; BUSY when too much is unanswered already; OUTCOME_UNKNOWN when `deadline` (clock's monotonic milliseconds) passes first; NOT_READY when the log is away, the shard is not followed yet, or the deadline is over.
   */
  submit(command: Sent, deadline: number): Promise<Decided>;
}

export type IdentityIntake = RecordIntake<IdentityCommand, IdentityEvent>;
export type ControlIntake = RecordIntake<ControlCommand, ControlEvent>;

/** Milliseconds that a command is worth logging. */
const VALIDITY = 15_000;
/** The longest command holds a definition of an instrument. */
const WEIGHT = 16_384;
/** Unanswered commands: people and programs that sign in are few at a time, and whoever has not signed in yet may send some. */
export const MOST_RECORDS = 4_000;

interface Waiting<Sent, Decided> extends Outgoing<Sent> {
  abandoned: boolean;
  resolve(event: Decided): void;
  reject(error: Error): void;
  readonly cancel: () => void;
}

export interface FollowedIntakeOptions<Sent>
  extends Omit<PartitionWriterOptions<Sent>, "partition" | "topic" | "codec" | "appended"> {
  readonly skew: ClockSkew;
  /** Whether the shard's events are heard. What became of a command sent before would never be told. */
  readonly isFollowed: () => boolean;
}

/** The intake of the control shard, or of the identity shard; whoever follows the shard hands its events over. */
export class FollowedIntake<Sent extends Command, Decided extends Event> implements RecordIntake<Sent, Decided> {
  readonly #writer: PartitionWriter<Sent>;
  readonly #clock: Clock;
  readonly #source: string;
  readonly #skew: ClockSkew;
  readonly #isFollowed: () => boolean;
  readonly #waiting = new Map<string, Waiting<Sent, Decided>>();
  #lastNumber = 0;

  constructor(options: FollowedIntakeOptions<Sent>, topic: string, codec: Codec<Sent>) {
    this.#clock = options.clock;
    this.#source = options.source;
    this.#skew = options.skew;
    this.#isFollowed = options.isFollowed;
    const appended = (sentAt: number, appendTime: number) => options.skew.appended(sentAt, appendTime);
    this.#writer = new PartitionWriter({ ...options, topic, codec, partition: 0, appended });
  }

  submit(command: Sent, deadline: number): Promise<Decided> {
    if (!this.#isFollowed()) return Promise.reject(notReady("whoever decides this is not followed here yet"));
    if (this.#clock.monotonic() >= deadline) return Promise.reject(tooLate());
    if (this.#waiting.size >= MOST_RECORDS) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const commandId = `${this.#source}-${++this.#lastNumber}`;
      const validUntil = timestampOf(Math.floor(this.#clock.now()) + VALIDITY);
      const now = this.#clock.monotonic();
      const waiting: Waiting<Sent, Decided> = {
        message: { ...command, commandId, validUntil },
        weight: WEIGHT,
        giveUpAt: now + VALIDITY,
        abandoned: false,
        mayStand: false,
        trace: undefined,
        dropped: () => this.#silent(commandId, false),
        resolve,
        reject,
        cancel: this.#clock.after(Math.max(0, deadline - now), () => this.#silent(commandId, waiting.mayStand)),
      };
      this.#waiting.set(commandId, waiting);
      this.#writer.push(waiting);
    });
  }

  /** An event of the shard, in sequence. */
  decided(event: Decided): void {
    const waiting = this.#take(event.commandId);
    if (waiting === undefined) return;
    const refused = refusalIn(event);
    if (refused === undefined) waiting.resolve(event);
    else this.#skew.explain(refused, (told) => waiting.reject(new RefusalError(told)));
  }

  /** Events were missed: what was decided of the commands sent will not be told. */
  missed(): void {
    for (const [commandId, { mayStand }] of [...this.#waiting]) if (mayStand) this.#silent(commandId, true);
  }

  stop(): void {
    this.#writer.stop();
    for (const [commandId, { mayStand }] of [...this.#waiting]) this.#silent(commandId, mayStand);
  }

  #silent(commandId: string, mayStand: boolean): void {
    this.#take(commandId)?.reject(silenceRefusal(mayStand ? "OUTCOME_UNKNOWN" : "NOTHING_LOGGED"));
  }

  #take(commandId: string): Waiting<Sent, Decided> | undefined {
    const waiting = this.#waiting.get(commandId);
    this.#waiting.delete(commandId);
    waiting?.cancel();
    if (waiting !== undefined) waiting.abandoned = true;
    return waiting;
  }
}

function busy(): RefusalError {
  return refusal(Reason.BUSY, "too many requests wait for an answer: send again a little later", {
    retryAfter: { seconds: 1n, nanos: 0 },
  });
}

function refusalIn({ event }: Event): Refusal | undefined {
  return event.case === "answered" ? (event.value as { readonly refusal?: Refusal }).refusal : undefined;
}
