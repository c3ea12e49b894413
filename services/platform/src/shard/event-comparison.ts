import type { Tail } from "../ports/log.ts";
import { frameOf, messageBytes } from "../wire/codec/frame.ts";
import { sameBytes } from "../wire/codec/same-bytes.ts";
import type { EventShardKind } from "./event-shard-kind.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";

/** Events of a faster owner that are kept until this one has decided them. */
const MOST_AHEAD = 4_096;

interface Compared {
  /** Sequence of the last event that this owner decided. */
  last(): number;
  /** The bytes of the event that this owner decided under a sequence, while they are at hand. */
  recent(sequence: number): Uint8Array | undefined;
  /** Another owner's event differs: one of the two is wrong. */
  differs(error: Error): void;
}

/**
 * Reads what stands in the shard's event log and compares what another owner wrote with what this one decided (S16).
 */
export class EventComparison<Event> {
  readonly #ports: OwnerPorts;
  readonly #kind: EventShardKind<unknown, Event, unknown>;
  readonly #shard: string;
  readonly #compared: Compared;
  readonly #tail: Tail;
  readonly #mostAhead: number;
  /** What others wrote above the last event decided here, by sequence. */
  readonly #ahead = new Map<number, { readonly bytes: Uint8Array; readonly writer: string }>();

  constructor(
    ports: OwnerPorts,
    kind: EventShardKind<unknown, Event, unknown>,
    shard: string,
    partition: number,
    from: number,
    compared: Compared,
    mostAhead: number = MOST_AHEAD,
  ) {
    this.#mostAhead = mostAhead;
    this.#ports = ports;
    this.#kind = kind;
    this.#shard = shard;
    this.#compared = compared;
    this.#tail = ports.log.tail(kind.events.topic.name, partition, from, {
      receive: (records) => {
        for (const record of records) this.#compare(record.bytes);
      },
      fail: (error) => ports.warn("the event log cannot be compared", { reason: error.message }),
    });
  }

  /** Events have been decided and nobody has heard of them: throws when one differs from what stands on the log. */
  check(events: readonly Event[], encoded: readonly Uint8Array[]): void {
    if (this.#ahead.size === 0) return;
    for (const [index, event] of events.entries()) {
      const sequence = this.#kind.sequenceOf(event);
      const other = this.#ahead.get(sequence);
      if (other === undefined) continue;
      this.#ahead.delete(sequence);
      if (!sameBytes(encoded[index] as Uint8Array, other.bytes)) throw this.#difference(sequence, other.writer);
    }
  }

  close(): void {
    this.#tail.close();
  }

  #compare(record: Uint8Array): void {
    const frame = frameOf(record, this.#ports.digest);
    if (frame === undefined || frame.header.writer === this.#ports.writer) return;
    const { writer, firstNumber } = frame.header;
    for (let index = 0; index < frame.count; index++) {
      const sequence = Number(firstNumber) + index;
      const bytes = messageBytes(frame, index);
      const mine = this.#compared.recent(sequence);
      if (mine === undefined) this.#keep(sequence, bytes, writer);
      else if (!sameBytes(mine, bytes)) {
        this.#compared.differs(this.#difference(sequence, writer));
        return;
      }
    }
  }

  #keep(sequence: number, bytes: Uint8Array, writer: string): void {
    if (sequence > this.#compared.last() && this.#ahead.size < this.#mostAhead)
      this.#ahead.set(sequence, { bytes, writer });
  }

  #difference(sequence: number, writer: string): Error {
    return new Error(`event ${sequence} of ${this.#shard} differs from what ${writer} wrote`);
  }
}
