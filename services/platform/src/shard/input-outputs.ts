import type { OutputState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { ResendRequest, ResendResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encodeEach } from "../wire/codec/encode-each.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { EventFraming, type FrameAuthor, type SequencedEntry } from "./framing.ts";
import type { InputOutcome } from "./input-shard.ts";
import type { InputShardKind } from "./input-shard-owner.ts";
import { type FindSent, LinkOutputs } from "./link-outputs.ts";
import { notReady } from "./not-ready.ts";
import { Outbox, type OutboxState, outboxOptions } from "./outbox.ts";
import { OutputPositions } from "./output-positions.ts";
import { untakenBy } from "./untaken.ts";

/** Milliseconds that what is published waits for company: no answer waits for it (S16). */
const PATIENCE = 20;
/** Between two looks whether everything has left. */
const LOOK = 5;

/** All that leaves a shard without an event log. What is at or below an output's position has left before (S12, S14). */
export class InputOutputs<Published> {
  readonly #ports: OwnerPorts;
  readonly #kind: InputShardKind<unknown, Published>;
  readonly #positions: OutputPositions;
  readonly #links: LinkOutputs;
  readonly #published: Outbox<SequencedEntry>;
  readonly #shard: string;
  #isClosed = false;

  constructor(ports: OwnerPorts, kind: InputShardKind<unknown, Published>, shard: string, partition: number) {
    this.#ports = ports;
    this.#kind = kind;
    this.#shard = shard;
    const author: FrameAuthor = { source: shard, writer: ports.writer, digest: ports.digest };
    this.#positions = new OutputPositions(ports.store, ports.clock, shard, () => ({ sequence: 0, offset: 0 }));
    this.#links = new LinkOutputs(ports, author, this.#positions);
    const topic = kind.published.topic.name;
    this.#published = new Outbox(
      outboxOptions(ports, shard, { topic, partition }, PATIENCE),
      new EventFraming(author, (sequence) => this.#positions.raise(topic, sequence, 0n)),
    );
  }

  /** Reads how far the outputs came; answers whether that is known. */
  load(): Promise<boolean> {
    return this.#positions.load(this.#ports.warn);
  }

  /** Sends out what an input in the frame at `offset` made the shard say. */
  emit(outcome: InputOutcome<Published>, offset: number): void {
    this.#links.send(outcome.messages, offset);
    const through = this.#positions.mark(this.#kind.published.topic.name).number;
    const encoded = encodeEach(this.#kind.published.codec, outcome.published);
    for (const [index, message] of outcome.published.entries()) {
      const number = this.#kind.sequenceOf(message);
      if (number > through) this.#published.add({ number, sequence: offset, bytes: encoded[index] as Uint8Array });
    }
  }

  /** Tells whether all of an outcome has left by now, as an owner kept it; what this one goes on from stays as it is. */
  async left(): Promise<(outcome: InputOutcome<Published>) => boolean> {
    const marks = (await this.#positions.look(this.#ports.warn))?.marks;
    const through = (destination: string) => marks?.get(destination)?.number ?? 0;
    const publishedThrough = through(this.#kind.published.topic.name);
    return ({ messages, published }) =>
      messages.every(({ destination, number }) => number <= through(destination)) &&
      published.every((message) => this.#kind.sequenceOf(message) <= publishedThrough);
  }

  /** Sends messages of a link again, as `find` finds them. */
  resend(request: ResendRequest, find: FindSent, deadline: number): Promise<ResendResponse> {
    return this.#links.resend(request, find, deadline);
  }

  get backlog(): number {
    return this.#outboxes().reduce((sum, outbox) => sum + outbox.backlog, 0);
  }

  /** The partition that does not take what the shard says; `undefined`: each does. */
  get untaken(): string | undefined {
    return untakenBy(this.#outboxes());
  }

  async emptied(): Promise<void> {
    await Promise.all(this.#outboxes().map((outbox) => outbox.emptied()));
  }

  /** Resolves when what inputs through `offset` made the shard say is acknowledged; rejects if that never will be. */
  async emptiedThrough(offset: number): Promise<void> {
    while (this.#outboxes().some(({ oldest }) => oldest !== undefined && oldest <= offset)) {
      if (this.#isClosed) throw notReady(`${this.#shard} has stopped`);
      await new Promise<void>((resolve) => void this.#ports.clock.after(LOOK, resolve));
    }
  }

  /** Rejects as the store does. */
  keepPositions(): Promise<void> {
    return this.#positions.flush();
  }

  /** Sends nothing more; the positions go nowhere by themselves. */
  close(): void {
    this.#isClosed = true;
    this.#published.close();
    this.#links.close();
    this.#positions.close();
  }

  states(): readonly OutputState[] {
    return this.#positions.states();
  }

  #outboxes(): OutboxState[] {
    return [this.#published, ...this.#links.outboxes()];
  }
}
