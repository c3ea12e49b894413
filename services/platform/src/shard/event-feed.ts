import type { FollowResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { type Codec, decode } from "@atlas/gen/codec/codec";
import type { FollowReceiver } from "./shard-client.ts";

/** Events kept for who follows from a little while ago. */
const KEPT = 4_096;

/** The recent events of a shard, as bytes (thousands of objects that live long cost the collector much), and who follows them. */
export class EventFeed<Event> {
  readonly #respond: (events: readonly Event[]) => FollowResponse;
  readonly #receivers = new Set<FollowReceiver>();
  readonly #codec: Codec<Event>;
  #recent: Uint8Array[];
  /** Sequence of the last event. */
  #last: number;

  /** `recent`: the bytes of the newest events through `last`, without a gap. */
  constructor(
    last: number,
    codec: Codec<Event>,
    respond: (events: readonly Event[]) => FollowResponse,
    recent: Uint8Array[] = [],
  ) {
    this.#recent = recent;
    this.#last = last;
    this.#codec = codec;
    this.#respond = respond;
  }

  /** Sequence of the last event published. */
  get last(): number {
    return this.#last;
  }

  /** `encoded`: the bytes of each. */
  publish(events: readonly Event[], encoded: readonly Uint8Array[]): void {
    for (const bytes of encoded) this.#recent.push(bytes);
    this.#last += events.length;
    if (this.#recent.length > 2 * KEPT) this.#recent = this.#recent.slice(-KEPT);
    if (this.#receivers.size === 0) return;
    const response = this.#respond(events);
    for (const receiver of [...this.#receivers]) receiver.receive(response);
  }

  /** The bytes of an event, if it is still here. */
  recent(sequence: number): Uint8Array | undefined {
    return this.#recent[this.#recent.length - 1 - (this.#last - sequence)];
  }

  follow(after: number, receiver: FollowReceiver): { close(): void } {
    const missed = this.#last - after;
    if (missed < 0 || missed > this.#recent.length) {
      receiver.fail(new Error(`events after ${after} are not at hand: the last is ${this.#last}`));
      return { close: () => undefined };
    }
    if (missed > 0) {
      const events = this.#recent.slice(-missed).map((bytes) => decode(this.#codec, bytes));
      receiver.receive(this.#respond(events));
    }
    this.#receivers.add(receiver);
    return { close: () => this.#receivers.delete(receiver) };
  }

  /** The owner is going away. */
  fail(error: Error): void {
    for (const receiver of [...this.#receivers]) receiver.fail(error);
    this.#receivers.clear();
  }
}
