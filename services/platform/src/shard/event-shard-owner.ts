import type {
  ReadRequest,
  ReadResponse,
  ResendRequest,
  ResendResponse,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { type Clock, within } from "../ports/clock.ts";
import type { Digest } from "../ports/digest.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import { encodeEach } from "../wire/codec/encode-each.ts";
import type { Arrival } from "./arrival.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { EventComparison } from "./event-comparison.ts";
import { EventFeed } from "./event-feed.ts";
import { EventOutputs } from "./event-outputs.ts";
import type { EventShard } from "./event-shard.ts";
import type { EventShardKind } from "./event-shard-kind.ts";
import { type ImagePace, ImageWriter } from "./image-writer.ts";
import { InputLoop } from "./input-loop.ts";
import { KeptEvents } from "./kept-events.ts";
import { LinkMender, type LinkSources } from "./link-mender.ts";
import { LogClock } from "./log-clock.ts";
import { notReady } from "./not-ready.ts";
import type { EventsPlace } from "./output-positions.ts";
import type { OwnerHooks } from "./owner-hooks.ts";
import { endOf } from "./read-end.ts";
import { ReadGate } from "./read-gate.ts";
import { recentEvents } from "./recent-events.ts";
import { type RecoveryPorts, recoverEvents } from "./recovery.ts";
import type { FollowReceiver, ShardClient } from "./shard-client.ts";
import type { Warn } from "./warn.ts";

export interface OwnerPorts {
  readonly log: Log;
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly warn: Warn;
  /** Names this process in frames. */
  readonly writer: string;
  /** How often images are written; absent: as is usual. */
  readonly imagePace?: ImagePace;
  /** Unacknowledged messages above which no further input is taken, and events above which a standby gives up; absent: as is usual. */
  readonly mostWaiting?: number;
  /** Whom the shard's owner asks for what never came over a link; absent: nobody. */
  readonly sources?: LinkSources;
}

/** Milliseconds for a standby to have decided what its owner had said: it is there already, or it is no hot one. */
const TAKEOVER_PATIENCE = 1_000;
/** Unacknowledged messages above which no further input is taken (S2: an owner's pace, never an outcome). */
const BACKLOG = 100_000;

/**
 * Owns a shard with an event log: recovers it, decides its inputs in order, sends out what the events say, answers reads
 * and feeds followers (S1-S20). Two owners at once say the same.
 */
export class EventShardOwner<Command, Event, Report> implements ShardClient {
  readonly #ports: OwnerPorts;
  readonly #recovery: RecoveryPorts;
  readonly #kind: EventShardKind<Command, Event, Report>;
  readonly #shard: EventShard<Command, Event>;
  readonly #hooks: OwnerHooks<Event>;
  readonly #partition: number;
  readonly #inputs: InputLoop<Command>;
  readonly #outputs: EventOutputs<Command, Event, Report>;
  readonly #mender: LinkMender;
  readonly #images: ImageWriter;
  readonly #offsets: ReadGate;
  readonly #sequences: ReadGate;
  readonly #logClock: LogClock;
  /** Of a kind of shard that holds deadlines. */
  readonly #timer: DeadlineTimer | undefined;
  #feed: EventFeed<Event> | undefined;
  #comparison: EventComparison<Event> | undefined;
  #batch: Event[] = [];
  /** Counts of the batch's events at which an input, or a slice of one, ends. */
  #ends: number[] = [];
  #end: Promise<number> | undefined;
  /** Of a hot standby: what it has decided and says only if it takes over (S21). Absent: it owns the shard. */
  #kept: KeptEvents<Event> | undefined;
  /** Where a standby's inputs ended when it last asked, and the sequence through which it found events on the log. */
  #due = 0;
  #standing = 0;
  /** It takes over, or has: what a look finds is too late. */
  #isTaken = false;
  #isStopped = false;
  #isBrokenOff = false;
  #failure: Error | undefined;

  constructor(
    ports: OwnerPorts,
    kind: EventShardKind<Command, Event, Report>,
    shard: EventShard<Command, Event>,
    partition: number,
    hooks: OwnerHooks<Event>,
  ) {
    this.#ports = ports;
    this.#recovery = { ...ports, refuseStopped: () => this.#refuseStopped() };
    this.#kind = kind;
    this.#shard = shard;
    this.#hooks = hooks;
    this.#partition = partition;
    this.#inputs = new InputLoop(ports, { topic: kind.inputs.topic.name, partition }, kind.inputs.codec, {
      link: (source) => shard.link(source),
      arrive: (arrival) => this.#decide(arrival),
      unreadable: (arrival) => this.#take(shard.decideUnreadable(arrival)),
      missing: (source, number) => this.#mender.missing(source, number),
      broken: () => this.#mender.doubt(),
      settled: (offset, appendTime) => this.#settled(offset, appendTime),
      failed: (error) => this.#fail(error),
    });
    this.#outputs = new EventOutputs(ports, kind, shard, partition, (place) => this.#acknowledged(place));
    this.#mender = new LinkMender(ports, shard, (deadline) => this.#caughtUp(deadline));
    this.#images = new ImageWriter(ports, shard.name, shard.slabs);
    const late = () => notReady(`${shard.name} has not come so far in time`);
    this.#offsets = new ReadGate(ports.clock, 0, late);
    this.#sequences = new ReadGate(ports.clock, 0, late);
    this.#logClock = new LogClock(ports, shard.name);
    this.#timer = this.#timed();
  }

  /** Sequence of the last event decided. */
  get sequence(): number {
    return this.#shard.sequence;
  }

  /** Recovers (S20) and goes on deciding. Resolves when it has decided all that stood on the log when it was called. */
  async start(): Promise<void> {
    const { end } = await this.#ports.log.range(this.#kind.inputs.topic.name, this.#partition);
    try {
      await this.#recover();
    } catch (error) {
      this.#breakOff();
      throw error;
    }
    this.#refuseStopped();
    this.#inputs.start(this.#shard.cause);
    await this.#offsets.reach(end, Number.MAX_SAFE_INTEGER);
    this.#timer?.start();
    this.#mender.open();
  }

  /**
   * Recovers and decides as the owner does, beside it, and says nothing: no event, no answer, no image, no position, until `serve`
   * (S21). Resolves as `start` does.
   */
  async standBy(): Promise<void> {
    const { log, mostWaiting } = this.#ports;
    this.#kept = new KeptEvents(this.#kind.events.codec, 0, mostWaiting);
    const end = (await log.range(this.#kind.inputs.topic.name, this.#partition)).end;
    this.#due = end;
    const { from } = await this.#said();
    const recovered = await recoverEvents(this.#recovery, this.#kind, this.#shard, this.#partition, this.#images, from);
    const { events } = recovered;
    this.#kept = new KeptEvents(this.#kind.events.codec, this.#shard.sequence - events.length, mostWaiting);
    this.#kept.add(encodeEach(this.#kind.events.codec, events), []);
    await this.#standAt(recovered.eventsEnd);
    this.#refuseStopped();
    this.#inputs.start(this.#shard.cause);
    await this.#offsets.reach(end, Number.MAX_SAFE_INTEGER);
  }

  /**
   * Of a standby: lets go of what the owner has said by now. Answers whether it has decided all that stood on the log when it was
   * asked before. Rejects as log and store do.
   */
  async keepUp(): Promise<boolean> {
    const due = this.#due;
    this.#due = (await this.#ports.log.range(this.#kind.inputs.topic.name, this.#partition)).end;
    const { from } = await this.#said(this.#outputs.left());
    if (this.#isTaken) return false;
    this.#kept?.dropThrough(from.sequence);
    return this.#failure === undefined && this.#inputs.next >= due;
  }

  /** A standby becomes the owner: what stands above the output positions goes out, and it can be asked. Rejects as the store does. */
  async serve(): Promise<void> {
    this.#isTaken = true;
    const kept = this.#kept as KeptEvents<Event>;
    const { from, left, projected } = await this.#said();
    const said = Math.max(left.sequence, projected.sequence, this.#outputs.marked);
    await this.#sequences.reach(said, this.#ports.clock.monotonic() + TAKEOVER_PATIENCE);
    const before = this.#shard.sequence;
    const unsaid = kept.above(from.sequence);
    await this.#hooks.recovered?.(unsaid.events.filter((event) => this.#kind.sequenceOf(event) > projected.sequence));
    this.#refuseStopped();
    // Inputs went on meanwhile. From here to the end nothing waits, so that nothing comes between.
    const meanwhile = kept.above(before);
    this.#kept = undefined;
    this.#outputs.takeOver(kept.above(from.sequence), this.#standing);
    this.#hooks.acknowledged(this.#outputs.eventsPlace());
    if (meanwhile.events.length > 0) this.#hooks.decided(meanwhile.events, meanwhile.encoded);
    this.#timer?.start();
    this.#mender.open();
  }

  /** Stops taking inputs; resolves when what was decided is on the log and an image is kept, or after `patience` ms. */
  async stop(patience: number): Promise<void> {
    this.#isStopped = true;
    this.#inputs.close();
    this.#mender.close();
    this.#timer?.close();
    this.#comparison?.close();
    const gone = notReady(`${this.#shard.name} is stopping`);
    this.#offsets.fail(gone);
    this.#sequences.fail(gone);
    if (this.#kept !== undefined) return this.#breakOff();
    if (this.#isBrokenOff) return;
    const image = () => this.#images.finish(this.#outputs.eventsPlace(), this.sequence);
    const finished = this.#outputs.emptied().then(image);
    await within(this.#ports.clock, patience, finished).finally(() => this.#hooks.ended?.());
    this.#outputs.close();
    await this.#outputs.keepPositions();
    this.#feed?.fail(gone);
  }

  async read(request: ReadRequest, deadline: number): Promise<ReadResponse> {
    await this.#caughtUp(deadline);
    await this.#sequences.reach(Number(request.notBefore), deadline);
    return this.#hooks.answer(request, this.#outputs.states(), this.#inputs.next);
  }

  /** The partition of the log that does not take what the shard says; `undefined`: each does. */
  get untaken(): string | undefined {
    return this.#outputs.untaken;
  }

  async resend(request: ResendRequest, deadline: number): Promise<ResendResponse> {
    await this.#caughtUp(deadline);
    return this.#outputs.resend(request, deadline);
  }

  follow(after: number, receiver: FollowReceiver): { close(): void } {
    if (this.#feed === undefined || this.#kept !== undefined || this.#failure !== undefined) {
      receiver.fail(notReady(`${this.#shard.name} is not ready`));
      return { close: () => undefined };
    }
    return this.#feed.follow(after, receiver);
  }

  /** Puts the state together, and says what had not been said. */
  async #recover(): Promise<void> {
    const { from, projected } = await this.#said();
    const recovered = await recoverEvents(this.#recovery, this.#kind, this.#shard, this.#partition, this.#images, from);
    const missed = recovered.events.filter((event) => this.#kind.sequenceOf(event) > projected.sequence);
    await this.#hooks.recovered?.(missed);
    this.#feed = await this.#feedFrom(recovered.eventsEnd);
    this.#outputs.resume(recovered);
    this.#comparison = this.#comparisonFrom(recovered.eventsEnd);
    this.#hooks.acknowledged(this.#outputs.eventsPlace());
    this.#goOn();
  }

  /** Through where the outputs and the service's projection have everything, and through where both do. */
  async #said(asked = this.#outputs.load()): Promise<Record<"from" | "left" | "projected", EventsPlace>> {
    const left = await asked;
    const projected = (await this.#hooks.projected?.()) ?? left;
    return { from: projected.sequence < left.sequence ? projected : left, left, projected };
  }

  /** A standby's state is together; its owner goes on from the same place. */
  async #standAt(eventsEnd: number): Promise<void> {
    this.#standing = this.#shard.sequence;
    this.#feed = await this.#feedFrom(eventsEnd);
    this.#comparison = this.#comparisonFrom(eventsEnd);
    this.#goOn();
  }

  #comparisonFrom(eventsEnd: number): EventComparison<Event> {
    return new EventComparison(this.#ports, this.#kind, this.#shard.name, this.#partition, eventsEnd, {
      last: () => this.#feed?.last ?? 0,
      recent: (sequence) => this.#feed?.recent(sequence),
      differs: (error) => this.#fail(error),
    });
  }

  /** The last input's work may be open (S13). */
  #goOn(): void {
    this.#sequences.raise(this.#shard.sequence);
    while (this.#shard.workOpen) this.#take(this.#shard.advance());
    this.#publish();
  }

  /** Who followed the owner before this one goes on where it was. */
  async #feedFrom(end: number): Promise<EventFeed<Event>> {
    this.#refuseStopped();
    const { events, respond } = this.#kind;
    const place = { topic: events.topic.name, partition: this.#partition, end, last: this.#shard.sequence };
    return new EventFeed(place.last, events.codec, respond, await recentEvents(this.#ports, place));
  }

  /** Stopped while it waited for something: nobody would stop it again, nor what it has begun since. */
  #refuseStopped(): void {
    if (this.#failure === undefined && !this.#isStopped) return;
    this.#comparison?.close();
    throw notReady(`${this.#shard.name} has stopped`);
  }

  #timed(): DeadlineTimer | undefined {
    const { inputs, timerDue } = this.#kind;
    if (timerDue === undefined) return undefined;
    const deadlines = {
      shard: this.#shard.name,
      inputs: { topic: inputs.topic.name, partition: this.#partition },
      next: () => this.#shard.nextDeadline,
      logTime: () => this.#shard.logTime,
      timerDue: (time: number) => encode(inputs.codec, timerDue(time)),
    };
    return new DeadlineTimer(this.#ports, deadlines, this.#logClock);
  }

  /** Resolves when an owner has decided all that stood when it was asked (S22). */
  async #caughtUp(deadline: number): Promise<void> {
    if (this.#failure !== undefined) throw notReady(`${this.#shard.name} has stopped`);
    if (this.#kept !== undefined) throw notReady(`${this.#shard.name} is not owned here`);
    await this.#offsets.reach(await this.#inputEnd(), deadline);
  }

  /** The input's end as asked after the read arrived: one question for all reads in hand (S22). */
  #inputEnd(): Promise<number> {
    this.#end ??= this.#askEnd();
    return this.#end;
  }

  async #askEnd(): Promise<number> {
    await Promise.resolve();
    this.#end = undefined;
    return endOf(this.#ports.log, this.#kind.inputs.topic.name, this.#partition);
  }

  #decide(arrival: Arrival<Command>): void {
    this.#take(this.#shard.decide(arrival));
    while (this.#shard.workOpen) this.#take(this.#shard.advance());
  }

  #take(events: readonly Event[]): void {
    for (const event of events) this.#batch.push(event);
    if (events.length > 0) this.#ends.push(this.#batch.length);
  }

  #settled(offset: number, appendTime: number): void | Promise<void> {
    this.#logClock.heard(appendTime);
    this.#publish();
    this.#offsets.raise(offset);
    if (this.#kept !== undefined) return undefined;
    this.#timer?.consider();
    this.#images.consider(this.#shard.sequence, this.#outputs.eventsPlace(), this.#shard.engineVersion);
    if (this.#outputs.backlog > (this.#ports.mostWaiting ?? BACKLOG)) return this.#outputs.emptied();
    return this.#hooks.room?.();
  }

  #publish(): void {
    if (this.#batch.length === 0) return;
    const events = this.#batch;
    const ends = this.#ends;
    this.#batch = [];
    this.#ends = [];
    const encoded = encodeEach(this.#kind.events.codec, events);
    this.#comparison?.check(events, encoded);
    if (this.#kept === undefined) {
      this.#hooks.decided(events, encoded);
      this.#outputs.emit(events, encoded, ends);
    } else this.#kept.add(encoded, ends);
    this.#feed?.publish(events, encoded);
    this.#sequences.raise(this.#shard.sequence);
  }

  #acknowledged(place: EventsPlace): void {
    this.#images.acknowledged(place.sequence);
    this.#hooks.acknowledged(place);
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#breakOff();
    this.#inputs.close();
    this.#mender.close();
    this.#timer?.close();
    this.#offsets.fail(error);
    this.#sequences.fail(error);
    this.#feed?.fail(error);
    this.#hooks.failed(error);
  }

  /**
   * The state may stand in the middle of an input, and what was decided may be wrong: from now on it goes nowhere. What waits to be sent
   * is left to the next owner, who decides it again; the positions stay where they are, so that it does.
   */
  #breakOff(): void {
    this.#isBrokenOff = true;
    this.#comparison?.close();
    this.#outputs.close();
    this.#images.close();
    this.#hooks.ended?.();
  }
}
