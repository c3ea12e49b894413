import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { topics } from "@atlas/platform/topic/topics";
import { ChecksumTable } from "./checksum-table.ts";
import type { Findings } from "./findings.ts";
import { sequenced } from "./frame-walk.ts";
import { InputCheck } from "./input-check.ts";
import { KeySet } from "./key-set.ts";
import type { LogSource } from "./log-source.ts";
import { Matches } from "./matches.ts";
import { type OpenOrder, OrderLives } from "./order-lives.ts";
import { permitOf } from "./permits.ts";
import { sequenceRules } from "./sequence-rules.ts";
import { ShardBooks, unitsOf } from "./shard-books.ts";

/** What a shard's events come to at a sequence. */
export interface ShardReading {
  readonly partition: number;
  /** Of the first event read: the log may be trimmed. */
  readonly first: number;
  readonly sequence: number;
  /** What events let venues do, as checksums, by sequence (I13). */
  readonly permits: Pick<ChecksumTable, "get">;
  readonly books: ShardBooks;
  /** That events are about. */
  readonly accounts: ReadonlySet<string>;
}

/**
 * Reads every order shard's events, its inputs beside them, and holds both against the rules. `through` gives the sequence up to
 * which a shard is read, so that what it says of itself can be compared.
 */
export async function checkOrderLog(
  source: LogSource,
  findings: Findings,
  through: (partition: number) => number,
): Promise<ShardReading[]> {
  const matches = new Matches(
    findings.rule("I8", "trades with a client have two equal sides, within their limits"),
    findings.rule("I12", "trades between clients are not of one owner who did not allow it"),
  );
  const readings: ShardReading[] = [];
  for (let partition = 0; partition < source.partitions.oms; partition++) {
    readings.push(await readShard(source, partition, findings, matches, through(partition)));
  }
  matches.end();
  return readings;
}

async function readShard(
  source: LogSource,
  partition: number,
  findings: Findings,
  matches: Matches,
  through: number,
): Promise<ShardReading> {
  const check = new EventCheck(findings, matches);
  const inputs = new InputCheck(source, partition, findings);
  const rules = sequenceRules(findings);
  for await (const { sequence, message } of sequenced(
    source,
    topics.orderEvents.name,
    partition,
    OrderEventCodec,
    rules,
  )) {
    if (sequence > through) continue;
    check.take(message);
    if (message.cause === undefined) continue;
    await inputs.cite({ offset: Number(message.cause.offset), index: message.cause.index });
  }
  check.end();
  const { first, permits, accounts, books, sequence } = check;
  await inputs.end(books);
  return { partition, first, permits, sequence, books, accounts };
}

class EventCheck {
  readonly books = new ShardBooks();
  readonly accounts = new Set<string>();
  readonly permits = new ChecksumTable();
  first = 0;
  sequence = 0;
  readonly #lives = new OrderLives();
  readonly #requests = new KeySet();
  readonly #matches: Matches;
  readonly #positive;
  readonly #committed;
  readonly #resolved;
  readonly #states;
  readonly #identity;

  constructor(findings: Findings, matches: Matches) {
    this.#matches = matches;
    this.#positive = findings.rule("I2", "postings leave nobody with less than nothing");
    this.#committed = findings.rule("I3", "reserved sums are those of the open orders");
    this.#resolved = findings.rule("I4", "reservations are resolved exactly once");
    this.#states = findings.rule("I5", "order events follow the table of states");
    this.#identity = findings.rule("I6", "requests make one order each");
  }

  take(event: OrderEvent): void {
    this.sequence = Number(event.sequence);
    if (this.first === 0) this.first = this.sequence;
    const permit = permitOf(event);
    if (permit !== undefined) this.permits.set(this.sequence, permit);
    if (event.accountId !== "") this.accounts.add(event.accountId);
    for (const posting of event.postings) {
      this.#positive.see();
      const wrong = this.books.post(posting);
      if (wrong !== undefined) this.#positive.broken(`${event.eventId}: ${wrong}`);
    }
    const order = this.#lives.open.get(event.orderId)?.order;
    this.#order(event);
    this.#fills(event, order);
  }

  end(): void {
    this.#checkReserved();
  }

  #order(event: OrderEvent): void {
    const { orderId } = event;
    const before = this.#lives.open.get(orderId);
    const wrong = this.#lives.take(event);
    const open = this.#lives.open.get(orderId);
    if (before !== undefined || open !== undefined || this.#lives.hasEnded(orderId)) this.#states.see();
    if (wrong !== undefined) this.#states.broken(wrong);
    this.#unique(event);
    if (orderId === "" || (before === undefined && open === undefined)) return;
    const stated = open?.reserved ?? 0n;
    if (open !== undefined && this.books.reservedFor(orderId) !== stated) {
      this.#committed.broken(
        `order ${orderId} says ${stated} e-8 is reserved, its postings ${this.books.reservedFor(orderId)}`,
      );
    }
    if (open === undefined) this.#resolve(orderId);
  }

  #resolve(orderId: string): void {
    this.#resolved.see();
    const left = this.books.reservedFor(orderId);
    if (left !== 0n) this.#resolved.broken(`order ${orderId} has ended and leaves ${left} e-8 reserved`);
    this.books.forget(orderId);
  }

  /** (account, request id) makes one order, for ever. */
  #unique(event: OrderEvent): void {
    const body = event.event;
    if (body.case !== "orderAccepted" && body.case !== "orderDenied") return;
    const key = `${event.accountId}\0${body.value.order?.requestId}`;
    this.#identity.see();
    if (!this.#requests.add(key)) this.#identity.broken(`a request of ${event.accountId} made two orders`);
  }

  #fills(event: OrderEvent, order: Order | undefined): void {
    const body = event.event;
    if (body.case !== "orderFilled" && body.case !== "allotmentTraded") return;
    const { fill } = body.value;
    if (fill === undefined) return;
    this.#matches.add(fill, order);
    const limit = body.case === "orderFilled" ? body.value.progress?.limitPrice : "";
    if (limit) this.#matches.checkLimit(fill, Number(unitsOf(limit)), Number(unitsOf(fill.price)));
  }

  #checkReserved(): void {
    const sums = new Map<string, bigint>();
    for (const open of this.#lives.open.values()) {
      const key = `${open.accountId}\0${reservedAsset(open)}`;
      sums.set(key, (sums.get(key) ?? 0n) + open.reserved);
    }
    for (const { accountId, asset, reserved } of this.books.reservedByAccount()) {
      this.#committed.see();
      const due = sums.get(`${accountId}\0${asset}`) ?? 0n;
      if (due !== reserved)
        this.#committed.broken(`${accountId} has ${reserved} e-8 ${asset} reserved for orders of ${due}`);
    }
  }
}

function reservedAsset(open: OpenOrder): string {
  return open.order.reserved?.asset ?? "";
}
