import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { Digest } from "@atlas/platform/ports/digest";
import type { LogRecord } from "@atlas/platform/ports/log";
import { base64url } from "@atlas/platform/text/base64url";
import { BrokenFrameError, type Frame, messageBytes, openFrame, readMessage } from "@atlas/platform/wire/codec/frame";
import { LedgerModel } from "../model/ledger-model.ts";
import { OrderModel } from "../model/order-model.ts";
import { TradeModel } from "../model/trade-model.ts";
import { VenueModel } from "../model/venue-model.ts";
import type { Violations } from "../model/violations.ts";

/** Lines that are told of what came last. */
const RECENT = 40;
/** Characters that are hashed at a time. */
const HASHED = 10_000;

/**
 * Stands beside the log and looks at each record as it is written: what it does to accounts and orders is held against the model
 * at once, and everything goes into one hash, so that two runs of a seed can be compared.
 */
export class LogWatch {
  /** Records written. */
  steps = 0;
  readonly ledger: LedgerModel;
  readonly orders: OrderModel;
  readonly #trades: TradeModel;
  readonly #venues: VenueModel;
  readonly #violations: Violations;
  readonly #digest: Digest;
  #trace = "";
  /** Happened since. */
  #unhashed = "";
  /** Bytes of each partition's events, by sequence - 1. */
  readonly #events = new Map<number, Uint8Array[]>();
  readonly #recent: string[] = [];

  constructor(violations: Violations, digest: Digest) {
    this.#violations = violations;
    this.#digest = digest;
    this.ledger = new LedgerModel(violations);
    this.orders = new OrderModel(violations, this.ledger);
    this.#venues = new VenueModel(violations);
    this.#trades = new TradeModel(violations, (match) => this.#venues.settled(match));
  }

  /** A record was written. */
  take(topic: string, partition: number, { offset, appendTime, bytes }: LogRecord): void {
    this.steps++;
    const frame = this.#opened(bytes);
    const { source, writer, firstNumber } = frame?.header ?? { source: "?", writer: "?", firstNumber: 0n };
    const what = `${source} #${firstNumber} x${frame?.count ?? 0} by ${writer}, crc ${this.#digest.crc32(bytes)}`;
    this.note(`${appendTime} ${topic}/${partition}@${offset} ${what}`);
    if (frame === undefined) return;
    try {
      if (topic === "orders.events") this.#takeEvents(partition, frame);
      if (topic === "venue.orders") this.#venues.take(partition, frame, appendTime);
    } catch (error) {
      this.#violations.check("MODEL", false, () => `the model cannot take it: ${(error as Error).stack}`);
    }
  }

  /** Something that happened, a fault for instance. */
  note(line: string): void {
    this.#unhashed += ` ${line}`;
    if (this.#unhashed.length > HASHED) this.#hash();
    if (this.#recent.push(line) > RECENT) this.#recent.shift();
  }

  /** What came last, oldest first. */
  recent(): readonly string[] {
    return this.#recent;
  }

  /** Of everything that happened until now. */
  trace(): string {
    this.#hash();
    return this.#trace;
  }

  /** What concerns all accounts together (I1, I3). */
  checkAll(): void {
    this.ledger.conserve();
    this.orders.checkReserved();
  }

  /** When nothing is on its way any more. */
  end(): void {
    this.checkAll();
    this.#venues.end();
  }

  #hash(): void {
    this.#trace = base64url(this.#digest.sha256(`${this.#trace}${this.#unhashed}`));
    this.#unhashed = "";
  }

  #opened(bytes: Uint8Array): Frame | undefined {
    try {
      return openFrame(bytes, this.#digest);
    } catch (error) {
      if (error instanceof BrokenFrameError) return undefined;
      throw error;
    }
  }

  #takeEvents(partition: number, frame: Frame): void {
    const known = this.#events.get(partition) ?? [];
    this.#events.set(partition, known);
    for (let index = 0; index < frame.count; index++) {
      const place = Number(frame.header.firstNumber) + index - 1;
      const bytes = messageBytes(frame, index);
      const standing = known[place];
      const name = () => `event ${place + 1} of ${partition}, written by ${frame.header.writer},`;
      if (standing !== undefined) {
        this.#violations.check("I20", equal(standing, bytes), () => `${name()} is another than the one that stands`);
        continue;
      }
      this.#violations.check("I19", place === known.length, () => `${name()} comes after ${known.length}`);
      if (place !== known.length) return;
      known.push(bytes);
      const event = readMessage(frame, index, OrderEventCodec);
      this.ledger.take(event);
      this.orders.take(event);
      this.#trades.take(event);
    }
  }
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
