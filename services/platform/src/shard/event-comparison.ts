import { encode } from "@atlas/gen/codec/codec";
import type { Tail } from "../ports/log.ts";
import { BrokenFrameError, type Frame, messageBytes, openFrame } from "../wire/codec/frame.ts";
import type { EventShardKind } from "./event-shard-kind.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";

interface Compared<Event> {
  /** The event that this owner decided under a sequence, while it is at hand. */
  recent(sequence: number): Event | undefined;
  /** Another owner's event differs: one of the two is wrong. */
  differs(error: Error): void;
}

/**
 * Reads what stands in the shard's event log and compares what another owner wrote with what this one decided (S16).
 */
export class EventComparison<Event> {
  readonly #ports: OwnerPorts;
  readonly #kind: EventShardKind<unknown, Event, unknown>;
  readonly #compared: Compared<Event>;
  readonly #tail: Tail;

  constructor(
    ports: OwnerPorts,
    kind: EventShardKind<unknown, Event, unknown>,
    partition: number,
    from: number,
    compared: Compared<Event>,
  ) {
    this.#ports = ports;
    this.#kind = kind;
    this.#compared = compared;
    this.#tail = ports.log.tail(kind.events.topic.name, partition, from, {
      receive: (records) => {
        for (const record of records) this.#compare(record.bytes);
      },
      fail: (error) => ports.warn("the event log cannot be compared", { reason: error.message }),
    });
  }

  close(): void {
    this.#tail.close();
  }

  /** What is no frame says nothing (F13). */
  #open(record: Uint8Array): Frame | undefined {
    try {
      return openFrame(record, this.#ports.digest);
    } catch (error) {
      if (error instanceof BrokenFrameError) return undefined;
      throw error;
    }
  }

  #compare(record: Uint8Array): void {
    const frame = this.#open(record);
    if (frame === undefined || frame.header.writer === this.#ports.writer) return;
    for (let index = 0; index < frame.count; index++) {
      const sequence = Number(frame.header.firstNumber) + index;
      const mine = this.#compared.recent(sequence);
      if (mine === undefined || equal(encode(this.#kind.events.codec, mine), messageBytes(frame, index))) continue;
      this.#compared.differs(
        new Error(`event ${sequence} of ${frame.header.source} differs from what ${frame.header.writer} wrote`),
      );
      return;
    }
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
