import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { type OrderCommand, OrderCommandFrameSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import {
  ExecutionReportFrameSchema,
  type OrderEvent,
  OrderEventFrameSchema,
  OrderEventSchema,
} from "@atlas/gen/atlas/log/v1/order_event_pb";
import { FollowResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { ExecutionReportCodec } from "@atlas/gen/atlas/order/v1/execution_report_codec";
import { type ExecutionReport, ExecutionReportSchema } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { topicOf } from "../../topic/topic.ts";
import { timerDueOf } from "../../wire/order/timer-due.ts";
import { millisecondsOf } from "../../wire/time.ts";
import type { Arrival, InputPosition, LinkPosition, UnreadableArrival } from "../arrival.ts";
import type { EventShard, LinkMessage } from "../event-shard.ts";
import type { EventShardKind } from "../event-shard-kind.ts";
import type { Slabs } from "../slabs.ts";

/**
 * Commands counted by account, one slab an account's first letter; one that is valid until a time is counted once more when that
 * is over: the smallest shard that has all that a shard has.
 */
export const tallyKind: EventShardKind<OrderCommand, OrderEvent, ExecutionReport> = {
  inputs: { topic: topicOf(OrderCommandFrameSchema), codec: OrderCommandCodec },
  events: { topic: topicOf(OrderEventFrameSchema), codec: OrderEventCodec },
  reports: {
    channel: { topic: topicOf(ExecutionReportFrameSchema), codec: ExecutionReportCodec },
    of: (event) =>
      event.accountId === ""
        ? undefined
        : create(ExecutionReportSchema, { executionId: event.eventId, sequence: event.sequence }),
  },
  sequenceOf: (event) => Number(event.sequence),
  timerDue: timerDueOf,
  respond: (messages) =>
    create(FollowResponseSchema, {
      events: {
        case: "orderEvents",
        value: { $typeName: "atlas.log.v1.OrderEventFrame", header: undefined, messages: [...messages] },
      },
    }),
};

/** A rule by which the second engine differs from the first: what a planted fault looks like. */
export type TallyRule = (amount: number) => number;

/** What an event of the shard tells beside its place. */
type Said = Omit<Partial<MessageInitShape<typeof OrderEventSchema>>, "$typeName" | "cause">;

interface Deadline {
  at: number;
  /** Of the command that set it. */
  id: string;
  account: string;
}

/** Deadlines that fire in one slice. */
const SLICE = 2;

function nothing(): Rest {
  return {
    ...{ sequence: 0, logTime: 0, cause: undefined, sent: 0, links: {} },
    ...{ deadlines: [], firing: undefined },
  };
}

interface Rest {
  /** In (time, id) order. */
  deadlines: Deadline[];
  /** Those through this time are firing: work is open. */
  firing: number | undefined;
  sequence: number;
  logTime: number;
  cause: InputPosition | undefined;
  sent: number;
  links: Record<string, { number: number; chain: string }>;
}

export class TallyShard implements EventShard<OrderCommand, OrderEvent> {
  readonly name = "oms/0";
  readonly #rule: TallyRule;
  #rest = nothing();
  readonly #tallies = new Map<string, Record<string, number>>();
  readonly #changed = new Map<string, number>();
  readonly #stamps = new Map<string, number>();

  constructor(rule: TallyRule = (amount) => amount) {
    this.#rule = rule;
  }

  get sequence(): number {
    return this.#rest.sequence;
  }

  get logTime(): number {
    return this.#rest.logTime;
  }

  get cause(): InputPosition | undefined {
    return this.#rest.cause;
  }

  readonly engineVersion = 1;

  get nextDeadline(): number | undefined {
    return this.#rest.deadlines[0]?.at;
  }

  get workOpen(): boolean {
    return this.#rest.firing !== undefined;
  }

  tally(account: string): number {
    return this.#tallies.get(account.charAt(0))?.[account] ?? 0;
  }

  link(source: string): LinkPosition | undefined {
    const link = this.#rest.links[source];
    return link === undefined ? undefined : { number: link.number, chain: BigInt(link.chain) };
  }

  decide(arrival: Arrival<OrderCommand>): readonly OrderEvent[] {
    const { command, position, link } = arrival;
    const logTime = Math.max(this.#rest.logTime, arrival.appendTime);
    if (command.command.case === "timerDue") {
      const through = Math.min(logTime, millisecondsOf(command.command.value.time) ?? 0);
      return this.#fire(position, logTime, through);
    }
    const event = this.#event(position, logTime, {
      commandId: command.commandId,
      accountId: command.accountId,
      linkIn: link === undefined ? undefined : { ...link, number: BigInt(link.number) },
      linksOut: [{ destination: "venue/0", number: BigInt(this.#rest.sent + 1) }],
      rateMark: BigInt(this.#rule(1)),
      requestNumber: BigInt(millisecondsOf(command.validUntil) ?? 0),
      event: { case: "commandAnswered", value: {} },
    });
    this.evolve(event);
    return [event];
  }

  advance(): readonly OrderEvent[] {
    const { cause, logTime, firing } = this.#rest;
    return cause === undefined || firing === undefined ? [] : this.#fire(cause, logTime, firing);
  }

  /** The next slice of the deadlines that are due; each event says whether it was the last one. */
  #fire(position: InputPosition, logTime: number, through: number): readonly OrderEvent[] {
    const events: OrderEvent[] = [];
    for (const { at, id, account } of this.#rest.deadlines.slice(0, SLICE)) {
      if (at > through) break;
      const next = this.#rest.deadlines[1];
      const done = next === undefined || next.at > through;
      const event = this.#event(position, logTime, {
        accountId: account,
        orderId: id,
        rateMark: BigInt(this.#rule(1)),
        event: { case: "workAdvanced", value: { cursor: BigInt(through), done } },
      });
      this.evolve(event);
      events.push(event);
    }
    return events;
  }

  #event(position: InputPosition, logTime: number, said: Said): OrderEvent {
    const sequence = this.#rest.sequence + 1;
    return create(OrderEventSchema, {
      eventId: `${this.name}:${sequence}`,
      shard: this.name,
      sequence: BigInt(sequence),
      cause: { offset: BigInt(position.offset), index: position.index },
      occurredAt: { seconds: BigInt(logTime), nanos: 0 },
      ...said,
    });
  }

  decideUnreadable(arrival: UnreadableArrival): readonly OrderEvent[] {
    const event = this.#event(arrival.position, this.#rest.logTime, {
      event: { case: "inputUnreadable", value: { message: arrival.reason } },
    });
    this.evolve(event);
    return [event];
  }

  evolve(event: OrderEvent): void {
    const sequence = Number(event.sequence);
    if (sequence > (this.#stamps.get("rest") ?? 0)) this.#evolveRest(event, sequence);
    const slab = event.accountId.charAt(0);
    if (slab === "" || sequence <= (this.#stamps.get(slab) ?? 0)) return;
    const tallies = this.#tallies.get(slab) ?? {};
    tallies[event.accountId] = (tallies[event.accountId] ?? 0) + Number(event.rateMark);
    this.#tallies.set(slab, tallies);
    this.#changed.set(slab, sequence);
  }

  linkMessages(event: OrderEvent): readonly LinkMessage[] {
    return event.linksOut.map(({ destination, number }) => ({
      destination,
      number: Number(number),
      bytes: encode(VenueCommandCodec, create(VenueCommandSchema, { commandId: event.commandId })),
    }));
  }

  readonly slabs: Slabs = {
    keys: () => [...[...this.#tallies.keys()].sort(), "rest"],
    changedAt: (key: string) => (key === "rest" ? this.#rest.sequence : (this.#changed.get(key) ?? 0)),
    copy: (key: string) =>
      new TextEncoder().encode(JSON.stringify(key === "rest" ? this.#rest : this.#tallies.get(key))),
    restore: (key: string, stamp: number, bytes: Uint8Array) => {
      const content = JSON.parse(new TextDecoder().decode(bytes));
      if (key === "rest") this.#rest = content;
      else this.#restoreTallies(key, content);
      this.#changed.set(key, stamp);
      this.#stamps.set(key, stamp);
    },
    clear: () => {
      this.#rest = nothing();
      this.#tallies.clear();
      this.#changed.clear();
      this.#stamps.clear();
    },
  };

  /** One after the other, so that a slab that turns out wrong has been put in place by half. */
  #restoreTallies(key: string, content: Record<string, unknown>): void {
    const tallies: Record<string, number> = {};
    this.#tallies.set(key, tallies);
    for (const [account, tally] of Object.entries(content)) {
      if (typeof tally !== "number") throw new Error(`the tally of ${account} is no number`);
      tallies[account] = tally;
    }
  }

  #evolveRest(event: OrderEvent, sequence: number): void {
    const rest = this.#rest;
    rest.sequence = sequence;
    rest.logTime = Number(event.occurredAt?.seconds ?? 0n);
    rest.cause = { offset: Number(event.cause?.offset), index: event.cause?.index ?? 0 };
    rest.sent += event.linksOut.length;
    const link = event.linkIn;
    if (link !== undefined) rest.links[link.source] = { number: Number(link.number), chain: String(link.chain) };
    if (event.requestNumber > 0n) this.#hold(event);
    if (event.event.case !== "workAdvanced") return;
    rest.deadlines = rest.deadlines.filter(({ id }) => id !== event.orderId);
    rest.firing = event.event.value.done ? undefined : Number(event.event.value.cursor);
  }

  #hold({ requestNumber, commandId, accountId }: OrderEvent): void {
    const { deadlines } = this.#rest;
    const at = Number(requestNumber);
    const later = deadlines.findIndex((other) => other.at > at || (other.at === at && other.id > commandId));
    deadlines.splice(later < 0 ? deadlines.length : later, 0, { at, id: commandId, account: accountId });
  }
}
