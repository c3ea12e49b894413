import type { Digest } from "../ports/digest.ts";
import type { Log } from "../ports/log.ts";
import { standingFrameOf } from "../wire/codec/copied-frame.ts";
import { readMessages } from "../wire/codec/frame.ts";
import type { EventShard, LinkMessage } from "./event-shard.ts";
import type { EventShardKind } from "./event-shard-kind.ts";
import type { FindSent, LinkRange } from "./link-outputs.ts";

interface Ports {
  readonly log: Log;
  readonly digest: Digest;
}

/** The part of an event log that is read again. */
interface EventLog<Command, Event, Report> {
  readonly ports: Ports;
  readonly kind: EventShardKind<Command, Event, Report>;
  readonly shard: EventShard<Command, Event>;
  readonly partition: number;
}

/** Records that are looked at from the end back, at first; then as many again, and so on. */
const STEP_BACK = 64;
/** Bytes of a read: little enough for the shard to decide on meanwhile. */
const READ_BYTES = 262_144;
/** What is handed over at once, at most, and what one event adds. */
const PIECE_MESSAGES = 4_096;
const PIECE_BYTES = 1_000_000;

/** Finds what a shard has sent in its own event log: each message is a function of one event (S12). */
export function sentByEvents<Command, Event, Report>(log: EventLog<Command, Event, Report>): FindSent {
  return async (range, take) => {
    const { start, end } = await log.ports.log.range(log.kind.events.topic.name, log.partition);
    let next = range.from;
    const taken = async (messages: readonly LinkMessage[]) => {
      next += messages.length;
      await take(messages);
    };
    // Two owners' events may stand there in turns: where a number stands first, all behind it come in order (S15).
    for (let [offset, step] = [end, STEP_BACK]; next <= range.through() && offset > start; step *= 2) {
      const before = Math.max(start, offset - step);
      const rest = { ...range, from: next };
      if ((await lowest(log, rest, before, offset)) <= next) await goOn(log, rest, before, end, taken);
      offset = before;
    }
  };
}

/** The lowest number of the link between two offsets. */
async function lowest<Command, Event, Report>(
  log: EventLog<Command, Event, Report>,
  range: LinkRange,
  from: number,
  end: number,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for await (const messages of sent(log, range, from, end)) {
    for (const { number } of messages) least = Math.min(least, number);
  }
  return least;
}

/** Hands over the range, as far as it stands in order between two offsets. */
async function goOn<Command, Event, Report>(
  log: EventLog<Command, Event, Report>,
  range: LinkRange,
  offset: number,
  end: number,
  take: (messages: readonly LinkMessage[]) => Promise<void>,
): Promise<void> {
  const { through } = range;
  let next = range.from;
  let size = 0;
  let piece: LinkMessage[] = [];
  for await (const messages of sent(log, range, offset, end)) {
    for (const message of messages) {
      if (message.number !== next) continue;
      next += 1;
      size += message.bytes.length;
      piece.push(message);
    }
    if (piece.length < PIECE_MESSAGES && size < PIECE_BYTES && next <= through()) continue;
    await take(piece);
    if (next > through()) return;
    piece = [];
    size = 0;
  }
  if (piece.length > 0) await take(piece);
}

/** What the events between two offsets send over a link, record by record, repeats and all. */
async function* sent<Command, Event, Report>(
  { ports, kind, shard, partition }: EventLog<Command, Event, Report>,
  { destination, refuseStopped }: LinkRange,
  from: number,
  end: number,
): AsyncGenerator<readonly LinkMessage[]> {
  for (let offset = from; offset < end; ) {
    refuseStopped();
    const records = await ports.log.read(kind.events.topic.name, partition, offset, READ_BYTES);
    for (const record of records.slice(0, end - offset)) {
      const frame = standingFrameOf(record, ports.digest);
      if (frame === undefined) continue;
      const events = readMessages(frame, kind.events.codec);
      yield events.flatMap((event) => shard.linkMessages(event).filter((one) => one.destination === destination));
    }
    offset += records.length;
  }
}
