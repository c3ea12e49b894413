import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type ResendRequest,
  type ResendResponse,
  ResendResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import { isAway } from "../ports/away.ts";
import { within } from "../ports/clock.ts";
import { RefusalError, refusal } from "../refusal/refusal-error.ts";
import type { LinkMessage } from "./event-shard.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { type FrameAuthor, type LinkEntry, LinkFraming } from "./framing.ts";
import { nextChain } from "./link-chain.ts";
import { notReady } from "./not-ready.ts";
import { Outbox, outboxOptions } from "./outbox.ts";
import type { OutputPositions } from "./output-positions.ts";
import { inputPartition } from "./shard-name.ts";

/** Messages of a link, by number. */
export interface LinkRange {
  readonly destination: string;
  readonly from: number;
  /** May rise until the first piece was taken. */
  through(): number;
  /** Throws once nothing of it will be taken any more: asked before each read of the log. */
  refuseStopped(): void;
}

/**
 * Finds what a shard sent: hands over the messages of a range in order, in pieces, and goes on when a piece was taken. Some behind the range
 * may come with the last.
 */
export type FindSent = (range: LinkRange, take: (messages: readonly LinkMessage[]) => Promise<void>) => Promise<void>;

/** What a shard sends to other shards: an outbox for each, opened by its first message (S4). */
export class LinkOutputs {
  readonly #ports: OwnerPorts;
  readonly #author: FrameAuthor;
  readonly #positions: OutputPositions;
  readonly #open = new Map<string, Outbox<LinkEntry>>();
  /** What is being sent again now, by destination. */
  readonly #again = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(ports: OwnerPorts, author: FrameAuthor, positions: OutputPositions) {
    this.#ports = ports;
    this.#author = author;
    this.#positions = positions;
  }

  /** Sends nothing more, to nobody. */
  close(): void {
    this.#isClosed = true;
    for (const outbox of this.#open.values()) outbox.close();
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

  /**
   * Sends again what was sent from a number on (S4), as `find` finds it, and answers how many messages there are from there on. Only once the
   * shard has decided all that stood on its partition when it was asked. Rejects with `RefusalError` when that takes longer than until
   * `deadline`, or cannot be.
   */
  async resend(request: ResendRequest, find: FindSent, deadline: number): Promise<ResendResponse> {
    const { destination, afterChain, onlyCount } = request;
    const from = Number(request.fromNumber);
    const mark = this.#positions.mark(destination).number;
    const last = this.#open.get(destination)?.last ?? mark;
    const response = create(ResendResponseSchema, { messages: BigInt(Math.max(0, last - from + 1)) });
    // What the log has not acknowledged is sent until it does.
    if (onlyCount || mark < from) return response;
    const { clock } = this.#ports;
    let isSent = false;
    const sending = this.#onlyOnce(destination, from, afterChain, find).then(() => {
      isSent = true;
    });
    await within(clock, Math.max(0, deadline - clock.monotonic()), sending);
    if (!isSent) throw notReady(`${this.#author.source} is still sending again to ${destination}`);
    return response;
  }

  /** Two who ask at once: one of them asks again. */
  #onlyOnce(destination: string, from: number, afterChain: bigint, find: FindSent): Promise<void> {
    const before = this.#again.get(destination);
    if (before !== undefined) return before;
    const sending = this.#sendAgain(destination, from, afterChain, find).finally(() => this.#again.delete(destination));
    this.#again.set(destination, sending);
    return sending;
  }

  /** Once the first of them is found nothing new leaves: behind what is missing it would be dropped. */
  async #sendAgain(destination: string, from: number, afterChain: bigint, find: FindSent): Promise<void> {
    const outbox = this.#outbox(destination);
    const mark = () => this.#positions.mark(destination);
    const through = () => mark().number;
    const refuseStopped = () => this.#refuseClosed(outbox);
    let [next, chain] = [from, afterChain];
    const take = async (messages: readonly LinkMessage[]) => {
      await outbox.hold();
      refuseStopped();
      const entries: LinkEntry[] = [];
      for (const { number, bytes } of messages) {
        if (number > through()) break;
        if (number !== next) throw this.#refused(destination, `${number} was found where ${next} was due`);
        entries.push({ number, sequence: 0, bytes, before: chain });
        chain = nextChain(chain, bytes, this.#author.digest);
        next += 1;
      }
      const isOther = next > through() && chain !== mark().chain;
      if (isOther) throw this.#refused(destination, `from ${from} on the receiver has another history`);
      await outbox.sendAgain(entries);
      refuseStopped();
    };
    try {
      for (let before = 0; next <= through(); ) {
        if (before === next) throw this.#refused(destination, `${next} is not found any more`);
        before = next;
        await find({ destination, from: next, through, refuseStopped }, take);
      }
    } catch (error) {
      // To ask again at once brings nothing: what is there cannot be read.
      if (isPassing(error)) throw error;
      throw this.#refused(destination, (error as Error).message);
    } finally {
      outbox.release();
    }
  }

  #refuseClosed(outbox: Outbox<LinkEntry>): void {
    if (outbox.isClosed) throw notReady(`${this.#author.source} has stopped`);
  }

  #refused(destination: string, reason: string): RefusalError {
    const { source } = this.#author;
    this.#ports.warn("messages cannot be sent again", { shard: source, destination, reason });
    return refusal(Reason.DEFECT, `${source} cannot send again to ${destination}: ${reason}`);
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
    if (this.#isClosed) outbox.close();
    this.#open.set(destination, outbox);
    return outbox;
  }
}

/** What was said already, or may be otherwise in a second. */
function isPassing(error: unknown): boolean {
  return error instanceof RefusalError || isAway(error);
}
