import type { Codec } from "@atlas/gen/codec/codec";
import { MalformedError } from "@atlas/gen/codec/errors";
import type { Digest } from "../ports/digest.ts";
import type { Log, LogRecord, Tail } from "../ports/log.ts";
import { BrokenCopyError, frameTime, openStanding } from "../wire/codec/copied-frame.ts";
import { BrokenFrameError, type Frame, messageBytes, readMessage } from "../wire/codec/frame.ts";
import type { Arrival, InputPosition, LinkArrival, LinkPosition, UnreadableArrival } from "./arrival.ts";
import { nextChain } from "./link-chain.ts";
import { isShard } from "./shard-name.ts";
import type { Warn } from "./warn.ts";

export interface InputLoopPorts {
  readonly log: Log;
  readonly digest: Digest;
  readonly warn: Warn;
}

/** What a shard's owner does with its inputs, in order. */
export interface InputReceiver<Command> {
  link(source: string): LinkPosition | undefined;
  /** The next input of its link, or one that came over none. */
  arrive(arrival: Arrival<Command>): void;
  unreadable(arrival: UnreadableArrival): void;
  /** A shard's link jumped: numbers up to this one never came (S4). */
  missing(source: string, number: number): void;
  /** A record is not what was written, so that nobody can tell whose it was: it may have been of any link. */
  broken(): void;
  /**
   * Everything below `offset` is decided; the last of it was appended at `appendTime`, a copy when its original was. The next inputs wait for the answer, if there
   * is one.
   */
  settled(offset: number, appendTime: number): void | Promise<void>;
  /** The inputs cannot be followed any more; nothing comes after this. */
  failed(error: Error): void;
}

/** Reads one input partition in order and hands each message to its shard: links checked, decoded (S1, S4, S26). */
export class InputLoop<Command> {
  readonly #ports: InputLoopPorts;
  readonly #topic: string;
  readonly #partition: number;
  readonly #codec: Codec<Command>;
  readonly #receiver: InputReceiver<Command>;
  #tail: Tail | undefined;
  #next = 0;
  /** Of the last record read. */
  #appendTime = 0;
  /** Inputs at or before it are decided already. */
  #after: InputPosition | undefined;

  constructor(
    ports: InputLoopPorts,
    input: { topic: string; partition: number },
    codec: Codec<Command>,
    receiver: InputReceiver<Command>,
  ) {
    this.#ports = ports;
    this.#topic = input.topic;
    this.#partition = input.partition;
    this.#codec = codec;
    this.#receiver = receiver;
  }

  /** The first offset that is not decided yet. */
  get next(): number {
    return this.#next;
  }

  /** Starts behind an input, or at the partition's first record. */
  start(after: InputPosition | undefined): void {
    this.#after = after;
    this.startAt(after === undefined ? 0 : after.offset);
  }

  /** Starts at a frame's offset. */
  startAt(offset: number): void {
    this.#next = offset;
    this.#tail = this.#ports.log.tail(this.#topic, this.#partition, offset, {
      receive: (records) => this.#receive(records),
      fail: (error) => this.#stop(error),
    });
  }

  close(): void {
    this.#tail?.close();
  }

  #receive(records: readonly LogRecord[]): void | Promise<void> {
    try {
      for (const record of records) this.#read(record);
      return this.#receiver.settled(this.#next, this.#appendTime);
    } catch (error) {
      this.#stop(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  #stop(error: Error): void {
    this.close();
    this.#receiver.failed(error);
  }

  #read(record: LogRecord): void {
    if (record.offset !== this.#next) throw new Error(`offset ${record.offset} came where ${this.#next} was due`);
    this.#appendTime = record.appendTime;
    const frame = this.#open(record);
    if (frame !== undefined) this.#walk(record, frame);
    this.#next = record.offset + 1;
  }

  #open(record: LogRecord): Frame | undefined {
    try {
      return openStanding(record, this.#ports.digest);
    } catch (error) {
      if (!(error instanceof BrokenFrameError)) throw error;
      if (error instanceof BrokenCopyError) this.#appendTime = error.appendTime;
      this.#unreadable({ offset: record.offset, index: 0 }, this.#appendTime, error.message);
      this.#receiver.broken();
      return undefined;
    }
  }

  #walk(record: LogRecord, frame: Frame): void {
    const appendTime = frameTime(frame.header, record);
    this.#appendTime = appendTime;
    let chain = frame.header.chain;
    const chained = isShard(frame.header.source) && frame.header.firstNumber !== 0n;
    for (let index = 0; index < frame.count; index++) {
      const before = chain;
      if (chained) chain = nextChain(chain, messageBytes(frame, index), this.#ports.digest);
      const position = { offset: record.offset, index };
      if (this.#decided(position)) continue;
      const link = this.#admit(frame, index, before, chain);
      if (link !== "drop") this.#arrive(frame, index, position, appendTime, link);
    }
  }

  #decided(position: InputPosition): boolean {
    const after = this.#after;
    if (after === undefined) return false;
    return position.offset < after.offset || (position.offset === after.offset && position.index <= after.index);
  }

  /** Lets an input pass if it is the next of its link. Repeats are dropped in silence, jumps of a shard loudly (S4). */
  #admit(frame: Frame, index: number, before: bigint, chain: bigint): LinkArrival | undefined | "drop" {
    if (frame.header.firstNumber === 0n) return undefined;
    const { source } = frame.header;
    const number = Number(frame.header.firstNumber) + index;
    const known = this.#receiver.link(source);
    const last = known?.number ?? 0;
    if (number <= last) return "drop";
    if (!isShard(source)) return { source, number, chain: 0n };
    if (number > last + 1) {
      // The frame's other messages tell nothing new.
      if (index === 0) this.#ports.warn("a link jumped", { source, last, number });
      this.#receiver.missing(source, number);
      return "drop";
    }
    if (before !== (known?.chain ?? 0n)) throw new Error(`the link of ${source} has two histories before ${number}`);
    return { source, number, chain };
  }

  #arrive(
    frame: Frame,
    index: number,
    position: InputPosition,
    appendTime: number,
    link: LinkArrival | undefined,
  ): void {
    let command: Command;
    try {
      command = readMessage(frame, index, this.#codec);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      this.#unreadable(position, appendTime, error.message);
      return;
    }
    this.#receiver.arrive({ position, appendTime, link, command });
  }

  #unreadable(position: InputPosition, appendTime: number, reason: string): void {
    if (this.#decided(position)) return;
    this.#ports.warn("an input cannot be read", {
      topic: this.#topic,
      partition: this.#partition,
      ...position,
      reason,
    });
    this.#receiver.unreadable({ position, appendTime, reason });
  }
}
