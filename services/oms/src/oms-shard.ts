import { ENGINE_VERSIONS, requireEngine } from "@atlas/domain/engine/engine-rules";
import { advanceWork } from "@atlas/domain/oms/cancel-many";
import { decide, decideUnreadable, type FailureListener } from "@atlas/domain/oms/decide";
import { evolve } from "@atlas/domain/oms/evolve";
import type { OmsEvent } from "@atlas/domain/oms/oms-event";
import { OmsState } from "@atlas/domain/oms/oms-state";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { encode } from "@atlas/gen/codec/codec";
import type { Arrival, InputPosition, LinkPosition, UnreadableArrival } from "@atlas/platform/shard/arrival";
import type { EventShard, LinkMessage } from "@atlas/platform/shard/event-shard";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { Slabs } from "@atlas/platform/shard/slabs";
import { type FindListing, omsCommandOf } from "@atlas/platform/wire/order/oms-command";
import { omsEventOf } from "@atlas/platform/wire/order/oms-event";
import { venueCommandOf } from "@atlas/platform/wire/order/venue-command";
import { wireEvent } from "@atlas/platform/wire/order/wire-event";
import { wireOrder } from "@atlas/platform/wire/order/wire-order";
import { AccountIds } from "./account-ids.ts";
import { omsSlabs } from "./oms-slabs.ts";
import type { OrderView } from "./order-views.ts";

/** An order shard: the pure core between what stands on its partition and what it says. */
export class OmsShard implements EventShard<OrderCommand, OrderEvent> {
  readonly name: string;
  readonly state: OmsState;
  readonly slabs: Slabs;
  /** For reads: no decision knows of them. */
  readonly accountIds: AccountIds;
  /** An order shard holds none yet: what rests at a venue expires there, by its ticks (S9). */
  readonly nextDeadline = undefined;
  readonly #find: FindListing;
  readonly #checkFailed: FailureListener | undefined;
  readonly #engines: readonly number[];

  /** `engines`: the versions that this process carries (S26). */
  constructor(
    partition: number,
    venuePartitions: number,
    checkFailed?: FailureListener,
    engines: readonly number[] = ENGINE_VERSIONS,
  ) {
    this.name = shardName("oms", partition);
    this.state = new OmsState(this.name, venuePartitions);
    this.slabs = omsSlabs(this.state);
    this.accountIds = new AccountIds(this.state);
    this.#checkFailed = checkFailed;
    this.#engines = engines;
    this.#find = (instrumentId) => this.state.listings.get(instrumentId);
  }

  get sequence(): number {
    return this.state.sequence;
  }

  get cause(): InputPosition | undefined {
    const { sequence, causeOffset, causeIndex } = this.state;
    return sequence === 0 ? undefined : { offset: causeOffset, index: causeIndex };
  }

  get logTime(): number {
    return this.state.logTime;
  }

  get engineVersion(): number {
    return this.state.engineVersion;
  }

  get workOpen(): boolean {
    return this.state.work !== undefined;
  }

  link(source: string): LinkPosition | undefined {
    return this.state.incoming.get(source);
  }

  decide(arrival: Arrival<OrderCommand>): readonly OrderEvent[] {
    requireEngine(this.state.engineVersion, this.#engines);
    const { position, appendTime, link } = arrival;
    const command = omsCommandOf(arrival.command, this.#find);
    const { offset, index } = position;
    const input = { offset, index, appendTime, link, command };
    return this.#apply(decide(this.state, input, this.#checkFailed), arrival.command);
  }

  advance(): readonly OrderEvent[] {
    const { work } = this.state;
    return work === undefined ? [] : this.#apply(advanceWork(this.state, work), undefined);
  }

  decideUnreadable(arrival: UnreadableArrival): readonly OrderEvent[] {
    const { position, appendTime, reason } = arrival;
    const input = { offset: position.offset, index: position.index, appendTime, link: undefined };
    return this.#apply([decideUnreadable(this.state, input, reason)], undefined);
  }

  evolve(event: OrderEvent): void {
    this.#evolve(omsEventOf(event, this.#find));
  }

  linkMessages(event: OrderEvent): readonly LinkMessage[] {
    const [link] = event.linksOut;
    const command = link === undefined ? undefined : venueCommandOf(event);
    if (link === undefined || command === undefined) return NO_MESSAGES;
    return [{ destination: link.destination, number: Number(link.number), bytes: encode(VenueCommandCodec, command) }];
  }

  /** Open orders as clients see them, account by account in the order of acceptance. */
  *openOrders(): Iterable<OrderView> {
    for (const account of this.state.accounts.values()) {
      for (let order = account.firstOrder; order !== undefined; order = order.next) {
        const { instrumentId, acceptedSequence, contentDigest } = order.terms;
        const { instrument } = this.state.listing(instrumentId);
        yield { order: wireOrder(order, instrument, account.ownerId), acceptedSequence, contentDigest };
      }
    }
  }

  /** Nothing is applied of an event behind which this process could not decide. */
  #evolve(event: OmsEvent): void {
    if (event.body.kind === "ENGINE_ACTIVATED") requireEngine(event.body.version, this.#engines);
    evolve(this.state, event);
  }

  #apply(events: readonly OmsEvent[], cause: OrderCommand | undefined): readonly OrderEvent[] {
    const decided: OrderEvent[] = [];
    for (const event of events) {
      this.#evolve(event);
      decided.push(wireEvent(event, this.name, cause, this.#find));
    }
    return decided;
  }
}

const NO_MESSAGES: readonly LinkMessage[] = [];
