import type { OutputState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { ReadRequest, ReadResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
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
import { LogClock } from "./log-clock.ts";
import { notReady } from "./not-ready.ts";
import type { EventsPlace } from "./output-positions.ts";
import { endOf } from "./read-end.ts";
import { ReadGate } from "./read-gate.ts";
import { recentEvents } from "./recent-events.ts";
import { recoverEvents } from "./recovery.ts";
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
  /** Unacknowledged messages above which no further input is taken; absent: as is usual. */
  readonly mostWaiting?: number;
}

/** What a service adds to its shard's owner. */
export interface OwnerHooks<Event> {
  /** After events were decided and applied, before anybody hears of them. */
  decided(events: readonly Event[], encoded: readonly Uint8Array[]): void;
  /** Events through this place stand on the log. */
  acknowledged(place: EventsPlace): void;
  /** Through where the service's own projection has everything; asked once, before recovery. Absent: it has none. */
  projected?(): Promise<EventsPlace>;
  /** The events behind that which stood on the log, in sequence; the shard's state holds them. Once, before any other. */
  recovered?(events: readonly Event[]): Promise<void>;
  /** Answers a read from the state as it is now. */
  answer(
    request: ReadRequest,
    outputs: readonly OutputState[],
    inputOffset: number,
  ): ReadResponse | Promise<ReadResponse>;
  /** The owner cannot go on: a broken invariant, a broken log. */
  failed(error: Error): void;
  /**
   * Nothing is decided any more: it was stopped, or it failed, and then the state may hold what no event told (I21). May be called
   * more than once.
   */
  ended?(): void;
}

/** Unacknowledged messages above which no further input is taken (S2: an owner's pace, never an outcome). */
const BACKLOG = 100_000;

/**
 * Owns a shard with an event log: recovers it, decides its inputs in order, sends out what the events say, answers reads
 * and feeds followers (S1-S20). Two owners at once say the same.
 */
export class EventShardOwner<Command, Event, Report> implements ShardClient {
  readonly #ports: OwnerPorts;
  readonly #kind: EventShardKind<Command, Event, Report>;
  readonly #shard: EventShard<Command, Event>;
  readonly #hooks: OwnerHooks<Event>;
  readonly #partition: number;
  readonly #inputs: InputLoop<Command>;
  readonly #outputs: EventOutputs<Command, Event, Report>;
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
  #failure: Error | undefined;

  constructor(
    ports: OwnerPorts,
    kind: EventShardKind<Command, Event, Report>,
    shard: EventShard<Command, Event>,
    partition: number,
    hooks: OwnerHooks<Event>,
  ) {
    this.#ports = ports;
    this.#kind = kind;
    this.#shard = shard;
    this.#hooks = hooks;
    this.#partition = partition;
    this.#inputs = new InputLoop(ports, { topic: kind.inputs.topic.name, partition }, kind.inputs.codec, {
      link: (source) => shard.link(source),
      arrive: (arrival) => this.#decide(arrival),
      unreadable: (arrival) => this.#take(shard.decideUnreadable(arrival)),
      missing: (source, from) => ports.warn("messages of a link are missing", { shard: shard.name, source, from }),
      settled: (offset, appendTime) => this.#settled(offset, appendTime),
      failed: (error) => this.#fail(error),
    });
    this.#outputs = new EventOutputs(ports, kind, shard, partition, (place) => this.#acknowledged(place));
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
    const { log } = this.#ports;
    const end = (await log.range(this.#kind.inputs.topic.name, this.#partition)).end;
    try {
      await this.#recover();
    } catch (error) {
      this.#breakOff();
      throw error;
    }
    this.#inputs.start(this.#shard.cause);
    await this.#offsets.reach(end, Number.MAX_SAFE_INTEGER);
    this.#timer?.start();
  }

  /** Stops taking inputs; resolves when what was decided is on the log and an image is kept, or after `patience` ms. */
  async stop(patience: number): Promise<void> {
    this.#inputs.close();
    this.#timer?.close();
    this.#comparison?.close();
    const gone = notReady(`${this.#shard.name} is stopping`);
    this.#offsets.fail(gone);
    this.#sequences.fail(gone);
    const finished = this.#outputs.emptied().then(() => this.#images.finish(this.#outputs.eventsPlace()));
    await within(this.#ports.clock, patience, finished).finally(() => this.#hooks.ended?.());
    await this.#outputs.close();
    this.#feed?.fail(gone);
  }

  async read(request: ReadRequest, deadline: number): Promise<ReadResponse> {
    if (this.#failure !== undefined) throw notReady(`${this.#shard.name} has stopped`);
    await this.#offsets.reach(await this.#inputEnd(), deadline);
    await this.#sequences.reach(Number(request.notBefore), deadline);
    return this.#hooks.answer(request, this.#outputs.states(), this.#inputs.next);
  }

  follow(after: number, receiver: FollowReceiver): { close(): void } {
    if (this.#feed === undefined || this.#failure !== undefined) {
      receiver.fail(notReady(`${this.#shard.name} is not ready`));
      return { close: () => undefined };
    }
    return this.#feed.follow(after, receiver);
  }

  /** Puts the state together, and says what had not been said. */
  async #recover(): Promise<void> {
    const left = await this.#outputs.load();
    const projected = (await this.#hooks.projected?.()) ?? left;
    const from = projected.sequence < left.sequence ? projected : left;
    const recovered = await recoverEvents(this.#ports, this.#kind, this.#shard, this.#partition, this.#images, from);
    const missed = recovered.events.filter((event) => this.#kind.sequenceOf(event) > projected.sequence);
    await this.#hooks.recovered?.(missed);
    this.#feed = await this.#feedFrom(recovered.eventsEnd);
    this.#outputs.resume(recovered);
    this.#comparison = new EventComparison(
      this.#ports,
      this.#kind,
      this.#shard.name,
      this.#partition,
      recovered.eventsEnd,
      {
        last: () => this.#feed?.last ?? 0,
        recent: (sequence) => this.#feed?.recent(sequence),
        differs: (error) => this.#fail(error),
      },
    );
    this.#hooks.acknowledged(this.#outputs.eventsPlace());
    this.#sequences.raise(this.#shard.sequence);
    while (this.#shard.workOpen) this.#take(this.#shard.advance());
    this.#publish();
  }

  /** Who followed the owner before this one goes on where it was. */
  async #feedFrom(end: number): Promise<EventFeed<Event>> {
    const { events, respond } = this.#kind;
    const last = this.#shard.sequence;
    const place = { topic: events.topic.name, partition: this.#partition, end, last };
    return new EventFeed(last, events.codec, respond, await recentEvents(this.#ports, place));
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
    this.#timer?.consider();
    this.#images.consider(this.#shard.sequence, this.#outputs.eventsPlace(), this.#shard.engineVersion);
    if (this.#outputs.backlog > (this.#ports.mostWaiting ?? BACKLOG)) return this.#outputs.emptied();
    return undefined;
  }

  #publish(): void {
    if (this.#batch.length === 0) return;
    const events = this.#batch;
    const ends = this.#ends;
    this.#batch = [];
    this.#ends = [];
    const encoded = encodeEach(this.#kind.events.codec, events);
    this.#comparison?.check(events, encoded);
    this.#hooks.decided(events, encoded);
    this.#outputs.emit(events, encoded, ends);
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
    this.#timer?.close();
    this.#comparison?.close();
    this.#offsets.fail(error);
    this.#sequences.fail(error);
    this.#feed?.fail(error);
    this.#hooks.failed(error);
  }

  /** The state may stand in the middle of an input: from now on it goes nowhere. */
  #breakOff(): void {
    this.#images.close();
    this.#hooks.ended?.();
  }
}
