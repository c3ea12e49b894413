import type { OutputState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { ResendRequest, ResendResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { sleep } from "../ports/clock.ts";
import { encodeEach } from "../wire/codec/encode-each.ts";
import type { EventShard } from "./event-shard.ts";
import type { EventShardKind } from "./event-shard-kind.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { EventFraming, type FrameAuthor, ReportFraming, type SequencedEntry } from "./framing.ts";
import type { DecidedEvents } from "./kept-events.ts";
import { LinkOutputs } from "./link-outputs.ts";
import { notReady } from "./not-ready.ts";
import { Outbox, type OutboxOptions, type OutboxState, outboxOptions } from "./outbox.ts";
import { type EventsPlace, OutputPositions } from "./output-positions.ts";
import type { RecoveredEvents } from "./recovery.ts";
import { sentByEvents } from "./sent-by-events.ts";
import { untakenBy } from "./untaken.ts";

/** Milliseconds that outputs wait for company when no answer waits for them (S16). */
const PATIENCE = 20;
/** Between two looks whether events stand on the log. */
const LOOK = 5;

/** All that leaves a shard with an event log: its events, its links' messages, its public reports (S12, S14). */
export class EventOutputs<Command, Event, Report> {
  readonly #ports: OwnerPorts;
  readonly #kind: EventShardKind<Command, Event, Report>;
  readonly #shard: EventShard<Command, Event>;
  readonly #author: FrameAuthor;
  readonly #partition: number;
  readonly #positions: OutputPositions;
  readonly #acknowledged: (place: EventsPlace) => void;
  readonly #links: LinkOutputs;
  readonly #events: Outbox<SequencedEntry>;
  #reports: Outbox<SequencedEntry> | undefined;
  /** It emits: until then the positions are another's. */
  #hasBegun = false;
  #isClosed = false;
  /** Events through this sequence stand on the log by another owner's hand, and are not put there again. */
  #standing = 0;
  /** Acknowledged ends of the event log, rising, from the last one at or below where everything has left. */
  #places: EventsPlace[] = [{ sequence: 0, offset: 0 }];

  constructor(
    ports: OwnerPorts,
    kind: EventShardKind<Command, Event, Report>,
    shard: EventShard<Command, Event>,
    partition: number,
    acknowledged: (place: EventsPlace) => void,
  ) {
    this.#ports = ports;
    this.#kind = kind;
    this.#shard = shard;
    this.#partition = partition;
    this.#acknowledged = acknowledged;
    this.#author = { source: shard.name, writer: ports.writer, digest: ports.digest };
    this.#positions = new OutputPositions(ports.store, ports.clock, shard.name, () => this.#leftThrough());
    this.#links = new LinkOutputs(ports, this.#author, this.#positions);
    this.#events = this.#eventOutbox();
  }

  /** Reads how far the outputs came. */
  async load(): Promise<EventsPlace> {
    await this.#positions.load(this.#ports.warn);
    return this.#positions.loaded;
  }

  /** Through where everything has left by now, as an owner kept it; what this one goes on from stays as it is. */
  async left(): Promise<EventsPlace> {
    return (await this.#positions.look(this.#ports.warn))?.place ?? { sequence: 0, offset: 0 };
  }

  /** Events through this sequence stand on the log, as the positions say. */
  get marked(): number {
    return this.#positions.mark(this.#kind.events.topic.name).number;
  }

  /** Takes up where the log stands, and emits again what lies above the outputs' positions (S20). */
  resume(recovered: RecoveredEvents<Event>): void {
    this.#hasBegun = true;
    this.#places = [
      this.#positions.loaded,
      { sequence: this.#shard.sequence, offset: Math.max(0, recovered.eventsEnd - 1) },
    ];
    if (this.#kind.reports !== undefined) this.#reports = this.#reportOutbox(this.#kind.reports.channel.topic);
    this.#emitBeyondEvents(recovered.events);
  }

  /**
   * Takes over from an owner that has gone, with what it may not have said (S21): what is above the positions as they were loaded
   * is emitted. Events through `standing` are on the log.
   */
  takeOver({ events, encoded, ends }: DecidedEvents<Event>, standing: number): void {
    this.#hasBegun = true;
    this.#standing = Math.max(standing, this.marked);
    this.#places = [this.#positions.loaded];
    if (this.#kind.reports !== undefined) this.#reports = this.#reportOutbox(this.#kind.reports.channel.topic);
    this.emit(events, encoded, ends);
  }

  /**
   * Sends out what was just decided, as `encoded`; `ends` are the counts of events at which an input, or a slice of one, ends
   * (S13).
   */
  emit(events: readonly Event[], encoded: readonly Uint8Array[], ends: readonly number[]): void {
    let next = 0;
    for (let index = 0; index < events.length; index++) {
      const sequence = this.#kind.sequenceOf(events[index] as Event);
      const continues = index + 1 !== ends[next];
      if (!continues) next++;
      if (sequence <= this.#standing) continue;
      this.#events.add({ number: sequence, sequence, bytes: encoded[index] as Uint8Array, continues });
    }
    this.#emitBeyondEvents(events);
    const last = events.at(-1);
    if (last !== undefined) this.#stood(Math.min(this.#standing, this.#kind.sequenceOf(last)));
  }

  /** Sends messages of a link again, by the events on the log: those that are on their way there come first. */
  resend(request: ResendRequest, deadline: number): Promise<ResendResponse> {
    const [ports, kind, shard, partition] = [this.#ports, this.#kind, this.#shard, this.#partition];
    const find = sentByEvents({ ports, kind, shard, partition });
    return this.#links.resend(
      request,
      async (range, take) => {
        await this.#eventsThrough(shard.sequence);
        await find(range, take);
      },
      deadline,
    );
  }

  get backlog(): number {
    return this.#events.backlog + (this.#reports?.backlog ?? 0) + this.#links.backlog;
  }

  /** The partition that does not take what the shard says; `undefined`: each does. */
  get untaken(): string | undefined {
    return untakenBy(this.#outboxes());
  }

  async emptied(): Promise<void> {
    await Promise.all(this.#outboxes().map((outbox) => outbox.emptied()));
  }

  /** Sends nothing more; the positions go nowhere by themselves. */
  close(): void {
    this.#isClosed = true;
    this.#events.close();
    this.#reports?.close();
    this.#links.close();
    this.#positions.close();
  }

  /** Keeps the positions as they are, if the store takes them. */
  async keepPositions(): Promise<void> {
    if (!this.#hasBegun) return;
    await this.#positions.flush().catch(() => undefined);
  }

  /** Where the acknowledged part of the event log ends. */
  eventsPlace(): EventsPlace {
    return this.#places[this.#places.length - 1] as EventsPlace;
  }

  states(): readonly OutputState[] {
    return this.#positions.states();
  }

  /** The last acknowledged end of the event log at or below which everything has left. */
  #leftThrough(): EventsPlace {
    const oldest = this.#outboxes().reduce(
      (least, box) => Math.min(least, box.oldest ?? least),
      Number.MAX_SAFE_INTEGER,
    );
    while (this.#places.length > 1 && (this.#places[1] as EventsPlace).sequence < oldest) this.#places.shift();
    return this.#places[0] as EventsPlace;
  }

  /** What stands by another's hand is acknowledged as soon as it is decided here: no append of this owner will say so. */
  #stood(sequence: number): void {
    const before = this.eventsPlace();
    if (sequence <= before.sequence) return;
    // Later events stand where events behind the place before do, or further.
    const place = { sequence, offset: before.offset };
    this.#places.push(place);
    this.#acknowledged(place);
  }

  async #eventsThrough(sequence: number): Promise<void> {
    while ((this.#events.oldest ?? sequence + 1) <= sequence) {
      if (this.#isClosed) throw notReady(`${this.#shard.name} has stopped`);
      await sleep(this.#ports.clock, LOOK);
    }
  }

  #emitBeyondEvents(events: readonly Event[]): void {
    for (const event of events) {
      this.#links.send(this.#shard.linkMessages(event), this.#kind.sequenceOf(event));
    }
    this.#report(events);
  }

  #report(events: readonly Event[]): void {
    const { reports } = this.#kind;
    const outbox = this.#reports;
    if (reports === undefined || outbox === undefined) return;
    const through = this.#positions.mark(reports.channel.topic.name).number;
    const sequences: number[] = [];
    const messages: Report[] = [];
    for (const event of events) {
      const sequence = this.#kind.sequenceOf(event);
      const report = sequence <= through ? undefined : reports.of(event);
      if (report === undefined) continue;
      sequences.push(sequence);
      messages.push(report);
    }
    const encoded = encodeEach(reports.channel.codec, messages);
    for (const [index, sequence] of sequences.entries()) {
      outbox.add({ number: sequence, sequence, bytes: encoded[index] as Uint8Array });
    }
  }

  #eventOutbox(): Outbox<SequencedEntry> {
    const { topic } = this.#kind.events;
    return new Outbox(
      this.#options(topic.name),
      new EventFraming(this.#author, (sequence, { offset }) => {
        const place = { sequence, offset };
        this.#places.push(place);
        this.#positions.raise(topic.name, sequence, 0n);
        this.#acknowledged(place);
      }),
    );
  }

  #reportOutbox({ name }: { name: string }): Outbox<SequencedEntry> {
    const after = this.#positions.mark(name).number;
    const outbox = new Outbox<SequencedEntry>(
      this.#options(name),
      new ReportFraming(this.#author, after, (sequence) => this.#positions.raise(name, sequence, 0n)),
    );
    if (this.#isClosed) outbox.close();
    return outbox;
  }

  #outboxes(): OutboxState[] {
    return [this.#events, ...(this.#reports === undefined ? [] : [this.#reports]), ...this.#links.outboxes()];
  }

  #options(topic: string): OutboxOptions {
    return outboxOptions(this.#ports, this.#shard.name, { topic, partition: this.#partition }, PATIENCE);
  }
}
