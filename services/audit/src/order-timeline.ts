import type { TimelineEntry } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ExecutionReportCodec } from "@atlas/gen/atlas/order/v1/execution_report_codec";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import type { Codec } from "@atlas/gen/codec/codec";
import { MalformedError, UnknownFieldError } from "@atlas/gen/codec/errors";
import type { ArchivePartition } from "@atlas/platform/archive/archive-chain";
import type { PlacedRecord } from "@atlas/platform/archive/read-records";
import type { Digest } from "@atlas/platform/ports/digest";
import { type Frame, messageBytes, openFrame, readMessage } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";

type Message = TimelineEntry["message"];

/** Where a message comes in an order's life: at an input of its shard, behind so many events, in which role. */
interface Place {
  readonly offset: number;
  readonly index: number;
  readonly sequence: number;
  readonly role: number;
}

interface Found {
  readonly entry: TimelineEntry;
  readonly place: Place;
}

/** Behind everything: what an event outside of the times that are asked for sent. */
const UNKNOWN = { offset: Number.MAX_SAFE_INTEGER, index: 0 };
const ROLES = { command: 0, event: 1, venueCommand: 2, report: 3 };

/**
 * Gathers what concerns one order. Events go first: what they cite and cause is found by them. A message that stands twice, as
 * after a repeat of an append, is taken once, where it stood first; a command, where it was decided.
 */
export class OrderTimeline {
  readonly #orderId: string;
  readonly #text: Uint8Array;
  readonly #digest: Digest;
  readonly #found: Found[] = [];
  /** Inputs that events cite, as `offset:index`. */
  readonly #causes = new Set<string>();
  /** Places of events, by sequence and by id. */
  readonly #bySequence = new Map<bigint, Place>();
  readonly #byId = new Map<string, Place>();
  readonly #venues = new Set<number>();
  readonly #taken = new Set<string>();
  /** Commands that no event cites, by source and number; each is one of the order's own, as all that is kept. */
  readonly #uncited = new Map<string, Found>();
  #unreadable = 0;

  constructor(orderId: string, digest: Digest) {
    this.#orderId = orderId;
    this.#text = new TextEncoder().encode(orderId);
    this.#digest = digest;
  }

  events(at: ArchivePartition, record: PlacedRecord): void {
    this.#each(record, (frame, index) => {
      if (!this.#mentions(messageBytes(frame, index))) return;
      const event = this.#read(frame, index, OrderEventCodec);
      if (event === undefined || !this.#concerns(event) || this.#isTaken(`event ${event.sequence}`)) return;
      const cause = { offset: Number(event.cause?.offset ?? 0n), index: event.cause?.index ?? 0 };
      const place = { ...cause, sequence: Number(event.sequence), role: ROLES.event };
      this.#causes.add(`${cause.offset}:${cause.index}`);
      this.#bySequence.set(event.sequence, place);
      this.#byId.set(event.eventId, place);
      for (const { destination } of event.linksOut) {
        if (destination.startsWith("venue/")) this.#venues.add(Number(destination.slice("venue/".length)));
      }
      this.#found.push(foundAt(at, record, index, place, { case: "event", value: event }));
    });
  }

  commands(at: ArchivePartition, record: PlacedRecord): void {
    this.#each(record, (frame, index) => {
      const offset = originOf(frame, record);
      const isCited = this.#causes.has(`${offset}:${index}`);
      if (!isCited && !this.#mentions(messageBytes(frame, index))) return;
      const command = this.#read(frame, index, OrderCommandCodec);
      if (command === undefined || (!isCited && this.#orderIdOf(command) !== this.#orderId)) return;
      const place = { offset, index, sequence: 0, role: ROLES.command };
      const name = commandName(frame, index, place);
      const found = foundAt(at, record, index, place, { case: "command", value: command });
      if (isCited) this.#decided(name, found);
      else if (!this.#taken.has(name) && !this.#uncited.has(name)) this.#uncited.set(name, found);
    });
  }

  /**
   * Behind a jump of a link a later copy is the one that was decided (S4), so that the first of copies goes when another turns out to be
   * cited. What events cite is told whatever it is a copy of: it would be decided twice.
   */
  #decided(name: string, found: Found): void {
    this.#uncited.delete(name);
    this.#taken.add(name);
    this.#found.push(found);
  }

  reports(at: ArchivePartition, record: PlacedRecord): void {
    this.#each(record, (frame, index) => {
      if (!this.#mentions(messageBytes(frame, index))) return;
      const report = this.#read(frame, index, ExecutionReportCodec);
      if (report?.orderId !== this.#orderId || this.#isTaken(`report ${report.sequence}`)) return;
      const event = this.#bySequence.get(report.sequence) ?? { ...UNKNOWN, sequence: Number(report.sequence) };
      const place = { ...event, role: ROLES.report };
      this.#found.push(foundAt(at, record, index, place, { case: "executionReport", value: report }));
    });
  }

  venueCommands(at: ArchivePartition, record: PlacedRecord): void {
    this.#each(record, (frame, index) => {
      if (!this.#mentions(messageBytes(frame, index))) return;
      const command = this.#read(frame, index, VenueCommandCodec);
      if (command === undefined || venueOrderOf(command) !== this.#orderId) return;
      if (this.#isTaken(`venue ${command.commandId}`)) return;
      const event = this.#byId.get(command.commandId) ?? { ...UNKNOWN, sequence: 0 };
      const place = { ...event, role: ROLES.venueCommand };
      this.#found.push(foundAt(at, record, index, place, { case: "venueCommand", value: command }));
    });
  }

  /** Venues that something was sent to. */
  venues(): number[] {
    return [...this.#venues].sort((left, right) => left - right);
  }

  inOrder(): TimelineEntry[] {
    const found = [...this.#found, ...this.#uncited.values()];
    return found.sort((left, right) => compare(left.place, right.place)).map(({ entry }) => entry);
  }

  /** What came so far that holds the order's id and cannot be read: damaged records, messages that do not decode (F13). */
  get unreadable(): number {
    return this.#unreadable;
  }

  #each(record: PlacedRecord, take: (frame: Frame, index: number) => void): void {
    const frame = opened(record.bytes, this.#digest);
    if (frame === undefined && this.#mentions(record.bytes)) this.#unreadable += 1;
    for (let index = 0; index < (frame?.count ?? 0); index++) if (frame !== undefined) take(frame, index);
  }

  /** One that does not decode spoils no other (S26). */
  #read<M>(frame: Frame, index: number, codec: Codec<M>): M | undefined {
    try {
      return readMessage(frame, index, codec);
    } catch (error) {
      if (!(error instanceof MalformedError || error instanceof UnknownFieldError)) throw error;
      this.#unreadable += 1;
      return undefined;
    }
  }

  /** A quick look, before a message is decoded. */
  #mentions(bytes: Uint8Array): boolean {
    const [first = 0] = this.#text;
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
      if (this.#text.every((byte, place) => bytes[at + place] === byte)) return true;
    }
    return false;
  }

  #concerns({ orderId, postings, event }: OrderEvent): boolean {
    if (orderId === this.#orderId || postings.some((posting) => posting.orderId === this.#orderId)) return true;
    if (event.case === "reportUnmatched") return event.value.report?.orderId === this.#orderId;
    return event.case === "commandAnswered" && event.value.orderId === this.#orderId;
  }

  #orderIdOf({ command, orderId }: OrderCommand): string {
    const names = command.case === "replace" || command.case === "cancel" || command.case === "report";
    return names ? command.value.orderId : orderId;
  }

  #isTaken(name: string): boolean {
    const isTaken = this.#taken.has(name);
    this.#taken.add(name);
    return isTaken;
  }
}

function foundAt(
  { topic, partition }: ArchivePartition,
  record: PlacedRecord,
  index: number,
  place: Place,
  message: Message,
): Found {
  const entry: TimelineEntry = {
    $typeName: "atlas.audit.v1.TimelineEntry",
    topic,
    partition,
    offset: BigInt(record.offset),
    index,
    appendTime: timestampOf(record.firstTime),
    archived: record.archived,
    message,
  };
  return { entry, place };
}

/** By its source and number every copy has the same one; what is not numbered is no copy of anything (S4). */
function commandName({ header }: Frame, index: number, { offset }: Place): string {
  const { source, firstNumber } = header;
  return firstNumber === 0n ? `input ${offset}:${index}` : `command ${source} ${firstNumber + BigInt(index)}`;
}

/** A copied frame is where it was first (S1). */
function originOf({ header }: Frame, record: PlacedRecord): number {
  return header.original === undefined ? record.offset : Number(header.original.offset);
}

function opened(bytes: Uint8Array, digest: Digest): Frame | undefined {
  try {
    return openFrame(bytes, digest);
  } catch {
    return undefined;
  }
}

function venueOrderOf({ command }: VenueCommand): string | undefined {
  const names = command.case === "place" || command.case === "amend" || command.case === "withdraw";
  return names ? command.value.orderId : undefined;
}

function compare(left: Place, right: Place): number {
  return (
    left.offset - right.offset || left.index - right.index || left.sequence - right.sequence || left.role - right.role
  );
}
