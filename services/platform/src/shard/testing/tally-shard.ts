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
import { create } from "@bufbuild/protobuf";
import { topicOf } from "../../topic/topic.ts";
import type { Arrival, InputPosition, LinkPosition, UnreadableArrival } from "../arrival.ts";
import type { EventShard, LinkMessage } from "../event-shard.ts";
import type { EventShardKind } from "../event-shard-kind.ts";

/** Deposits counted by account, one slab an account's first letter: the smallest shard that has all that a shard has. */
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

interface Rest {
  sequence: number;
  logTime: number;
  cause: InputPosition | undefined;
  sent: number;
  links: Record<string, { number: number; chain: string }>;
}

export class TallyShard implements EventShard<OrderCommand, OrderEvent> {
  readonly name = "oms/0";
  readonly workOpen = false;
  readonly nextDeadline = undefined;
  readonly #rule: TallyRule;
  #rest: Rest = { sequence: 0, logTime: 0, cause: undefined, sent: 0, links: {} };
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

  tally(account: string): number {
    return this.#tallies.get(account.charAt(0))?.[account] ?? 0;
  }

  link(source: string): LinkPosition | undefined {
    const link = this.#rest.links[source];
    return link === undefined ? undefined : { number: link.number, chain: BigInt(link.chain) };
  }

  decide(arrival: Arrival<OrderCommand>): readonly OrderEvent[] {
    const { command, position, link } = arrival;
    const sequence = this.#rest.sequence + 1;
    const event = create(OrderEventSchema, {
      eventId: `${this.name}:${sequence}`,
      shard: this.name,
      sequence: BigInt(sequence),
      cause: { offset: BigInt(position.offset), index: position.index },
      commandId: command.commandId,
      accountId: command.accountId,
      occurredAt: { seconds: BigInt(Math.max(this.#rest.logTime, arrival.appendTime)), nanos: 0 },
      linkIn: link === undefined ? undefined : { ...link, number: BigInt(link.number) },
      linksOut: [{ destination: "venue/0", number: BigInt(this.#rest.sent + 1) }],
      rateMark: BigInt(this.#rule(1)),
      event: { case: "commandAnswered", value: {} },
    });
    this.evolve(event);
    return [event];
  }

  advance(): readonly OrderEvent[] {
    return [];
  }

  decideUnreadable(arrival: UnreadableArrival): readonly OrderEvent[] {
    const sequence = this.#rest.sequence + 1;
    const event = create(OrderEventSchema, {
      eventId: `${this.name}:${sequence}`,
      shard: this.name,
      sequence: BigInt(sequence),
      cause: { offset: BigInt(arrival.position.offset), index: arrival.position.index },
      occurredAt: { seconds: BigInt(this.#rest.logTime), nanos: 0 },
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

  readonly slabs = {
    keys: () => [...[...this.#tallies.keys()].sort(), "rest"],
    changedAt: (key: string) => (key === "rest" ? this.#rest.sequence : (this.#changed.get(key) ?? 0)),
    copy: (key: string) =>
      new TextEncoder().encode(JSON.stringify(key === "rest" ? this.#rest : this.#tallies.get(key))),
    restore: (key: string, stamp: number, bytes: Uint8Array) => {
      const content = JSON.parse(new TextDecoder().decode(bytes));
      if (key === "rest") this.#rest = content;
      else this.#tallies.set(key, content);
      this.#changed.set(key, stamp);
      this.#stamps.set(key, stamp);
    },
  };

  #evolveRest(event: OrderEvent, sequence: number): void {
    const rest = this.#rest;
    rest.sequence = sequence;
    rest.logTime = Number(event.occurredAt?.seconds ?? 0n);
    rest.cause = { offset: Number(event.cause?.offset), index: event.cause?.index ?? 0 };
    rest.sent += event.linksOut.length;
    const link = event.linkIn;
    if (link !== undefined) rest.links[link.source] = { number: Number(link.number), chain: String(link.chain) };
  }
}
