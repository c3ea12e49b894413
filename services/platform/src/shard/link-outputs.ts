import type { LinkMessage } from "./event-shard.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { type FrameAuthor, type LinkEntry, LinkFraming } from "./framing.ts";
import { Outbox, outboxOptions } from "./outbox.ts";
import type { OutputPositions } from "./output-positions.ts";
import { inputPartition } from "./shard-name.ts";

/** What a shard sends to other shards: an outbox for each, opened by its first message (S4). */
export class LinkOutputs {
  readonly #ports: OwnerPorts;
  readonly #author: FrameAuthor;
  readonly #positions: OutputPositions;
  readonly #open = new Map<string, Outbox<LinkEntry>>();

  constructor(ports: OwnerPorts, author: FrameAuthor, positions: OutputPositions) {
    this.#ports = ports;
    this.#author = author;
    this.#positions = positions;
  }

  /** What is at or below its destination's position has left before (S14). */
  send(messages: readonly LinkMessage[], sequence: number): void {
    for (const { destination, number, bytes } of messages) {
      if (number > this.#positions.mark(destination).number) this.#outbox(destination).add({ number, sequence, bytes });
    }
  }

  get backlog(): number {
    let sum = 0;
    for (const outbox of this.#open.values()) sum += outbox.backlog;
    return sum;
  }

  outboxes(): Outbox<LinkEntry>[] {
    return [...this.#open.values()];
  }

  #outbox(destination: string): Outbox<LinkEntry> {
    const open = this.#open.get(destination);
    if (open !== undefined) return open;
    const input = inputPartition(destination);
    if (input === undefined) throw new Error(`${destination} is no shard`);
    const outbox = new Outbox<LinkEntry>(
      outboxOptions(this.#ports, this.#author.source, input, 0),
      new LinkFraming(this.#author, this.#positions.mark(destination).chain, (number, chain) =>
        this.#positions.raise(destination, number, chain),
      ),
    );
    this.#open.set(destination, outbox);
    return outbox;
  }
}
