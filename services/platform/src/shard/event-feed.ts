import type { FollowResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { FollowReceiver } from "./shard-client.ts";

/** Events kept for who follows from a little while ago. */
const KEPT = 256;

/** The recent events of a shard, and who follows them. */
export class EventFeed<Event> {
  readonly #respond: (events: readonly Event[]) => FollowResponse;
  readonly #receivers = new Set<FollowReceiver>();
  #recent: Event[] = [];
  /** Sequence of the last event. */
  #last: number;

  constructor(last: number, respond: (events: readonly Event[]) => FollowResponse) {
    this.#last = last;
    this.#respond = respond;
  }

  /** Sequence of the last event published. */
  get last(): number {
    return this.#last;
  }

  publish(events: readonly Event[]): void {
    for (const event of events) this.#recent.push(event);
    this.#last += events.length;
    if (this.#recent.length > 2 * KEPT) this.#recent = this.#recent.slice(-KEPT);
    if (this.#receivers.size === 0) return;
    const response = this.#respond(events);
    for (const receiver of [...this.#receivers]) receiver.receive(response);
  }

  /** The event of a sequence, if it is still here. */
  recent(sequence: number): Event | undefined {
    return this.#recent[this.#recent.length - 1 - (this.#last - sequence)];
  }

  follow(after: number, receiver: FollowReceiver): { close(): void } {
    const missed = this.#last - after;
    if (missed < 0 || missed > this.#recent.length) {
      receiver.fail(new Error(`events after ${after} are not at hand: the last is ${this.#last}`));
      return { close: () => undefined };
    }
    if (missed > 0) receiver.receive(this.#respond(this.#recent.slice(-missed)));
    this.#receivers.add(receiver);
    return { close: () => this.#receivers.delete(receiver) };
  }

  /** The owner is going away. */
  fail(error: Error): void {
    for (const receiver of [...this.#receivers]) receiver.fail(error);
    this.#receivers.clear();
  }
}
