import type { OutputState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type {
  ReadRequest,
  ReadResponse,
  ResendRequest,
  ResendResponse,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { within } from "../ports/clock.ts";
import type { Arrival } from "./arrival.ts";
import type { Channel } from "./event-shard-kind.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { ImageStore } from "./image-store.ts";
import { changesUntilImage, type ImagePace } from "./image-writer.ts";
import { InputLoop } from "./input-loop.ts";
import { InputOutputs } from "./input-outputs.ts";
import type { InputShard } from "./input-shard.ts";
import { KeptOutcomes } from "./kept-outcomes.ts";
import { LinkMender } from "./link-mender.ts";
import { LogClock } from "./log-clock.ts";
import { notReady } from "./not-ready.ts";
import { endOf } from "./read-end.ts";
import { ReadGate } from "./read-gate.ts";
import { restoreImage } from "./restore-image.ts";
import { sentByInputs } from "./sent-by-inputs.ts";
import type { FollowReceiver, ShardClient } from "./shard-client.ts";

/** What the owner of a shard without an event log needs to know of its kind. */
export interface InputShardKind<Command, Published> {
  readonly inputs: Channel<Command>;
  readonly published: Channel<Published>;
  sequenceOf(published: Published): number;
  /** A shard like the one that is owned, before its first input: to decide again what has left. */
  fresh(): InputShard<Command, Published>;
}

export interface InputOwnerHooks<Published> {
  /** What was just decided, before it is on the log. */
  decided(published: readonly Published[]): void;
  answer(request: ReadRequest, outputs: readonly OutputState[], inputOffset: number): ReadResponse;
  failed(error: Error): void;
}

/** All of the state is copied at once: more seldom than elsewhere. */
const USUAL: ImagePace = { changes: 20_000, milliseconds: 600_000 };
/** After one that came to nothing, in milliseconds (F6). */
const RETRY = 5_000;
const BACKLOG = 100_000;

/** Owns a shard without an event log: decides its inputs again from the last image on, then those that come. */
export class InputShardOwner<Command, Published> implements ShardClient {
  readonly #ports: OwnerPorts;
  readonly #kind: InputShardKind<Command, Published>;
  readonly #shard: InputShard<Command, Published>;
  readonly #hooks: InputOwnerHooks<Published>;
  readonly #partition: number;
  readonly #inputs: InputLoop<Command>;
  readonly #outputs: InputOutputs<Published>;
  readonly #mender: LinkMender;
  readonly #images: ImageStore;
  readonly #offsets: ReadGate;
  readonly #logClock: LogClock;
  #imageOffset = 0;
  /** The engine version of the last image: another one is written where a version is activated (S26). */
  #imageEngine: number | undefined;
  /** Of the last image, and what was decided since: frames say little, for they hold one input or thousands. */
  #imageBytes = 0;
  #inputsSince = 0;
  #imageTime: number;
  /** The last image came to nothing: at these monotonic milliseconds the next is due, whatever the pace. */
  #imageRetryAt: number | undefined;
  #imaging: Promise<void> | undefined;
  /** Of a hot standby: what it has decided and says only if it takes over (S21). Absent: it owns the shard. */
  #kept: KeptOutcomes<Published> | undefined;
  /** Where a standby's inputs ended when it last asked. */
  #due = 0;
  /** It takes over, or has: what a look finds is too late. */
  #isTaken = false;
  /** Its state is together, and it decides. */
  #hasBegun = false;
  #isStopped = false;
  #failure: Error | undefined;

  constructor(
    ports: OwnerPorts,
    kind: InputShardKind<Command, Published>,
    shard: InputShard<Command, Published>,
    partition: number,
    hooks: InputOwnerHooks<Published>,
  ) {
    this.#ports = ports;
    this.#kind = kind;
    this.#shard = shard;
    this.#hooks = hooks;
    this.#partition = partition;
    this.#inputs = new InputLoop(ports, { topic: kind.inputs.topic.name, partition }, kind.inputs.codec, {
      link: (source) => shard.link(source),
      arrive: (arrival) => this.#decide(arrival),
      unreadable: (arrival) => shard.decideUnreadable(arrival),
      missing: (source, number) => this.#mender.missing(source, number),
      broken: () => this.#mender.doubt(),
      settled: (offset, appendTime) => this.#settled(offset, appendTime),
      failed: (error) => this.#fail(error),
    });
    this.#outputs = new InputOutputs(ports, kind, shard.name, partition);
    this.#mender = new LinkMender(ports, shard, (deadline) => this.#caughtUp(deadline));
    this.#images = new ImageStore(ports.store, shard.name, ports.writer);
    this.#imageTime = ports.clock.monotonic();
    this.#logClock = new LogClock(ports, shard.name);
    this.#offsets = new ReadGate(ports.clock, 0, () => notReady(`${shard.name} has not come so far in time`));
  }

  /** Restores the last image and decides on. Resolves when it has decided all that stood when it was called. */
  async start(): Promise<void> {
    const { end } = await this.#ports.log.range(this.#kind.inputs.topic.name, this.#partition);
    const isKnown = await this.#outputs.load();
    const refuseStopped = () => this.#refuseStopped();
    const restored = await restoreImage(this.#ports, this.#shard, this.#images, isKnown, refuseStopped);
    // Another owner may have written both in between: an image is never ahead of the positions that are read behind it.
    const isStillKnown = await this.#outputs.load();
    this.#imageOffset = restored.nextInput;
    this.#imageBytes = restored.bytes;
    this.#imageEngine = this.#shard.engineVersion;
    this.#offsets.raise(this.#imageOffset);
    this.#refuseStopped();
    if (isKnown && !isStillKnown) throw this.#nothingKnown();
    this.#due = end;
    this.#hasBegun = true;
    this.#inputs.startAt(this.#imageOffset);
    await this.#offsets.reach(end, Number.MAX_SAFE_INTEGER);
    if (this.#kept === undefined) this.#mender.open();
  }

  /**
   * Restores and decides as the owner does, beside it, and says nothing: no message, no answer, no image, no position, until `serve`
   * (S21). Resolves as `start` does.
   */
  standBy(): Promise<void> {
    this.#kept = new KeptOutcomes(this.#ports.mostWaiting);
    return this.start();
  }

  /**
   * Of a standby: lets go of what the owner has said by now. Answers whether it has decided all that stood on the log when it was
   * asked before. Rejects as log and store do.
   */
  async keepUp(): Promise<boolean> {
    const due = this.#due;
    this.#due = (await this.#ports.log.range(this.#kind.inputs.topic.name, this.#partition)).end;
    const hasLeft = await this.#outputs.left();
    if (this.#isTaken) return false;
    this.#kept?.dropWhile(hasLeft);
    return this.#failure === undefined && this.#inputs.next >= due;
  }

  /**
   * A standby becomes the owner: what is above the output positions goes out, and it can be asked. Rejects as the store does, and where
   * there are no positions any more of what it has let go: a link would go on from the chain that it had when this one began.
   */
  async serve(): Promise<void> {
    this.#isTaken = true;
    const isKnown = await this.#outputs.load();
    this.#refuseStopped();
    if (!isKnown && this.#kept?.hasLetGo) throw this.#nothingKnown();
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const { outcome, offset } of kept) this.#outputs.emit(outcome, offset);
    // The one before wrote its images; the next is not due at once.
    this.#imageTime = this.#ports.clock.monotonic();
    this.#inputsSince = 0;
    this.#mender.open();
  }

  /** It decides and says nothing any more, for a broken invariant or a broken log. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Stops taking inputs; resolves when what was decided is on the log and an image is kept, or after `patience` ms. */
  async stop(patience: number): Promise<void> {
    this.#isStopped = true;
    this.#inputs.close();
    this.#mender.close();
    this.#offsets.fail(notReady(`${this.#shard.name} is stopping`));
    // One that has not begun knows nothing to keep, and may go by positions that are gone.
    if (!this.#hasBegun || this.#kept !== undefined || this.#failure !== undefined) return;
    const finished = Promise.resolve(this.#imaging).then(() => this.#image());
    await within(this.#ports.clock, patience, finished);
    this.#outputs.close();
    await this.#outputs.keepPositions().catch(() => undefined);
  }

  async read(request: ReadRequest, deadline: number): Promise<ReadResponse> {
    await this.#caughtUp(deadline);
    return this.#hooks.answer(request, this.#outputs.states(), this.#inputs.next);
  }

  /** The partition of the log that does not take what the shard says; `undefined`: each does. */
  get untaken(): string | undefined {
    return this.#outputs.untaken;
  }

  async resend(request: ResendRequest, deadline: number): Promise<ResendResponse> {
    await this.#caughtUp(deadline);
    const [ports, { inputs, fresh }, partition] = [this.#ports, this.#kind, this.#partition];
    return this.#outputs.resend(request, sentByInputs({ ports, inputs, partition, fresh }), deadline);
  }

  follow(_after: number, receiver: FollowReceiver): { close(): void } {
    receiver.fail(new Error(`${this.#shard.name} has no event log: follow its ${this.#kind.published.topic.name}`));
    return { close: () => undefined };
  }

  /** Resolves when an owner has decided all that stood when it was asked (S22). */
  async #caughtUp(deadline: number): Promise<void> {
    if (this.#failure !== undefined) throw notReady(`${this.#shard.name} has stopped`);
    if (this.#kept !== undefined) throw notReady(`${this.#shard.name} is not owned here`);
    const end = await endOf(this.#ports.log, this.#kind.inputs.topic.name, this.#partition);
    await this.#offsets.reach(end, deadline);
  }

  #decide(arrival: Arrival<Command>): void {
    const outcome = this.#shard.decide(arrival);
    this.#inputsSince += 1;
    if (this.#kept !== undefined) return this.#kept.add(outcome, arrival.position.offset);
    if (outcome.published.length > 0) this.#hooks.decided(outcome.published);
    this.#outputs.emit(outcome, arrival.position.offset);
  }

  #settled(offset: number, appendTime: number): void | Promise<void> {
    this.#logClock.heard(appendTime);
    this.#offsets.raise(offset);
    if (this.#kept !== undefined) return undefined;
    this.#considerImage(offset);
    if (this.#outputs.backlog > (this.#ports.mostWaiting ?? BACKLOG)) return this.#outputs.emptied();
    return undefined;
  }

  #considerImage(offset: number): void {
    if (this.#imaging !== undefined || offset === this.#imageOffset || !this.#isImageDue()) return;
    this.#imaging = this.#image().finally(() => {
      this.#imaging = undefined;
    });
  }

  #isImageDue(): boolean {
    const now = this.#ports.clock.monotonic();
    if (this.#imageRetryAt !== undefined) return now >= this.#imageRetryAt;
    const pace = this.#ports.imagePace ?? USUAL;
    const isMuch = this.#inputsSince >= changesUntilImage(pace, this.#imageBytes);
    return isMuch || now - this.#imageTime >= pace.milliseconds || this.#shard.engineVersion !== this.#imageEngine;
  }

  /**
   * All of the state at one input; written once all that was decided by then has left, and its positions are kept. A shard
   * that broke off stands in the middle of an input: there is no image of that.
   */
  async #image(): Promise<void> {
    const nextInput = this.#inputs.next;
    if (this.#failure !== undefined || nextInput === this.#imageOffset) return;
    const slabs = this.#shard.copy().map(({ key, bytes }) => ({ key, stamp: nextInput, bytes }));
    this.#imageEngine = this.#shard.engineVersion;
    this.#imageTime = this.#ports.clock.monotonic();
    this.#imageBytes = slabs.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#inputsSince = 0;
    try {
      await this.#outputs.emptiedThrough(nextInput - 1);
      await this.#outputs.keepPositions();
      const place = { sequence: nextInput, eventsOffset: 0, nextInput };
      await this.#images.write(slabs, place);
      // Another owner, as the one before, wrote one since this one looked: the second is written over that.
      if (this.#images.through < nextInput) await this.#images.write(slabs, place);
      if (this.#images.through < nextInput) throw new Error("another owner writes images");
      this.#imageOffset = nextInput;
      this.#imageRetryAt = undefined;
    } catch (error) {
      this.#imageRetryAt = this.#ports.clock.monotonic() + RETRY;
      this.#ports.warn("an image could not be written", { shard: this.#shard.name, reason: String(error) });
    }
  }

  /** From what this owner knows it cannot go on; who begins without any positions can. */
  #nothingKnown(): Error {
    return new Error(`${this.#shard.name} does not know any more what has left`);
  }

  /** Stopped while it waited for something: nobody would stop it again. */
  #refuseStopped(): void {
    if (this.#failure !== undefined || this.#isStopped) throw notReady(`${this.#shard.name} has stopped`);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#outputs.close();
    this.#inputs.close();
    this.#mender.close();
    this.#offsets.fail(error);
    this.#hooks.failed(error);
  }
}
