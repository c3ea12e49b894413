import type { Digest } from "../ports/digest.ts";
import { type Log, type LogRecord, OffsetTrimmed } from "../ports/log.ts";
import type { Store } from "../ports/store.ts";
import { BrokenFrameError, type Frame, openFrame, readMessage } from "../wire/codec/frame.ts";
import type { EventShard } from "./event-shard.ts";
import type { EventShardKind } from "./event-shard-kind.ts";
import { ImageIncomplete } from "./image-store.ts";
import type { ImageWriter } from "./image-writer.ts";
import type { EventsPlace } from "./output-positions.ts";
import type { Warn } from "./warn.ts";

export interface RecoveryPorts {
  readonly log: Log;
  readonly store: Store;
  readonly digest: Digest;
  readonly warn: Warn;
  /** Throws when nobody waits for the shard any more; asked behind every fetch. Absent: somebody always does. */
  readonly refuseStopped?: () => void;
}

/** What recovery found. */
export interface RecoveredEvents<Event> {
  /** Events whose outputs may not have left, in sequence. */
  readonly events: readonly Event[];
  /** The event topic was read up to this offset. */
  readonly eventsEnd: number;
  /** Why an image that is there was left alone; `undefined`: it was used, or there was none that could be. */
  readonly unreadable: string | undefined;
}

/** An image says what no shard of this version writes. */
class ImageUnreadable extends Error {
  override name = "ImageUnreadable";
}

/** How often an image that changes under the reader is loaded again before the log alone must do. */
const TRIES = 3;
const READ_BYTES = 4_194_304;
/**
 * Records that are read before an image's place when an event is missing behind it, at first: another owner, faster than the
 * one that wrote the image, may have written it there.
 */
const STEP_BACK = 64;

/**
 * Puts a shard's state together (S20): the image's slabs, then the events above each slab's stamp. `emitted` says through
 * where everything has left; later events are returned, for their outputs.
 */
export async function recoverEvents<Command, Event, Report>(
  ports: RecoveryPorts,
  kind: EventShardKind<Command, Event, Report>,
  shard: EventShard<Command, Event>,
  partition: number,
  images: ImageWriter,
  emitted: EventsPlace,
): Promise<RecoveredEvents<Event>> {
  const { image, unreadable } = await loadImage(ports, shard, images);
  const from = image === undefined ? 0 : Math.min(image.eventsOffset, emitted.offset);
  const lowest = image === undefined ? 0 : Math.min(image.lowestStamp, emitted.sequence);
  const reader = new EventReader(kind, shard, lowest, emitted.sequence);
  const { start, end } = await ports.log.range(kind.events.topic.name, partition);
  let first = from;
  for (let back = STEP_BACK; !(await readEvents(ports, kind, partition, reader, first, end)); back *= 2) {
    if (first <= start) throw new Error(`event ${reader.last + 1} of ${shard.name} is missing on the log`);
    first = Math.max(start, from - back);
  }
  return { events: reader.kept, eventsEnd: end, unreadable };
}

/** Takes the events that stand between two offsets; `false`: one is missing there. */
async function readEvents<Command, Event, Report>(
  ports: RecoveryPorts,
  kind: EventShardKind<Command, Event, Report>,
  partition: number,
  reader: EventReader<Command, Event, Report>,
  from: number,
  end: number,
): Promise<boolean> {
  for (let offset = from; offset < end; ) {
    const records = await ports.log.read(kind.events.topic.name, partition, offset, READ_BYTES);
    ports.refuseStopped?.();
    for (const record of records) {
      if (record.offset >= end) break;
      const frame = opened(ports, kind.events.topic.name, partition, record);
      if (frame !== undefined && !reader.take(frame)) return false;
    }
    offset += records.length;
  }
  return true;
}

/** What is no frame holds no event: if it was to, the event is missed (F13). */
function opened(ports: RecoveryPorts, topic: string, partition: number, record: LogRecord): Frame | undefined {
  try {
    return openFrame(record.bytes, ports.digest);
  } catch (error) {
    if (!(error instanceof BrokenFrameError)) throw error;
    const { offset } = record;
    ports.warn("a record of events cannot be read", { topic, partition, offset, reason: error.message });
    return undefined;
  }
}

interface LoadedImage {
  readonly eventsOffset: number;
  readonly lowestStamp: number;
}

async function loadImage<Command, Event>(
  ports: RecoveryPorts,
  shard: EventShard<Command, Event>,
  images: ImageWriter,
): Promise<{ image: LoadedImage | undefined; unreadable: string | undefined }> {
  let unreadable: string | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    ports.refuseStopped?.();
    try {
      return { image: await loadSlabs(ports, shard, images), unreadable: undefined };
    } catch (error) {
      if (error instanceof ImageUnreadable) unreadable = error.message;
      else if (!(error instanceof ImageIncomplete) && !(error instanceof OffsetTrimmed)) throw error;
      const what = unreadable === undefined ? "an image is incomplete" : "an image cannot be read";
      ports.warn(what, { shard: shard.name, reason: error.message });
    }
  }
  ports.warn("no image is usable: the shard is rebuilt from its whole log", { shard: shard.name });
  return { image: undefined, unreadable };
}

/** All slabs are read before the first is restored; if one cannot be, nothing is. */
async function loadSlabs<Command, Event>(
  { refuseStopped }: RecoveryPorts,
  shard: EventShard<Command, Event>,
  writer: ImageWriter,
): Promise<LoadedImage | undefined> {
  const manifest = await writer.images.manifest();
  refuseStopped?.();
  if (manifest === undefined) return undefined;
  const slabs: { key: string; stamp: number; bytes: Uint8Array }[] = [];
  for (const entry of manifest.slabs) {
    slabs.push({ key: entry.key, stamp: Number(entry.stamp), bytes: await writer.images.slab(entry, refuseStopped) });
  }
  for (const { key, stamp, bytes } of slabs) {
    try {
      shard.slabs.restore(key, stamp, bytes);
    } catch (error) {
      shard.slabs.clear();
      throw new ImageUnreadable(`slab ${key}: ${(error as Error).message}`);
    }
  }
  writer.loaded(new Map(slabs.map(({ key, stamp }) => [key, stamp])), Number(manifest.sequence));
  const lowestStamp = slabs.reduce((lowest, { stamp }) => Math.min(lowest, stamp), Number.MAX_SAFE_INTEGER);
  return { eventsOffset: Number(manifest.eventsOffset), lowestStamp };
}

/** Applies events in sequence, whatever copies stand on the log (S15). */
class EventReader<Command, Event, Report> {
  readonly #kind: EventShardKind<Command, Event, Report>;
  readonly #shard: EventShard<Command, Event>;
  readonly #emitted: number;
  readonly kept: Event[] = [];
  /** Sequence of the last event taken. */
  last: number;

  constructor(
    kind: EventShardKind<Command, Event, Report>,
    shard: EventShard<Command, Event>,
    last: number,
    emitted: number,
  ) {
    this.#kind = kind;
    this.#shard = shard;
    this.last = last;
    this.#emitted = emitted;
  }

  /** `false`: the event behind the last one is missing, and nothing of the frame was taken. */
  take(frame: Frame): boolean {
    for (let index = 0; index < frame.count; index++) {
      const sequence = Number(frame.header.firstNumber) + index;
      if (sequence <= this.last) continue;
      if (sequence !== this.last + 1) return false;
      const event = readMessage(frame, index, this.#kind.events.codec);
      this.#shard.evolve(event);
      if (sequence > this.#emitted) this.kept.push(event);
      this.last = sequence;
    }
    return true;
  }
}
