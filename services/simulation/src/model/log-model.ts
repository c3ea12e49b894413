import type { ControlCommand, ControlEvent } from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { IdentityCommand, IdentityEvent } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { BatchModel } from "./batch-model.ts";
import { CauseModel } from "./cause-model.ts";
import { FundsModel } from "./funds-model.ts";
import { LedgerModel } from "./ledger-model.ts";
import { LinkModel } from "./link-model.ts";
import type { Logged, LogReading } from "./log-reading.ts";
import { MarketModel } from "./market-model.ts";
import { OrderModel } from "./order-model.ts";
import { PlacementModel } from "./placement-model.ts";
import { ReplaceModel } from "./replace-model.ts";
import { SequenceModel } from "./sequence-model.ts";
import { TradeModel } from "./trade-model.ts";
import { VenueModel } from "./venue-model.ts";
import type { Violations } from "./violations.ts";

/** The platform in plain maps, from what stands on its log alone: each message is held against all before it as it comes. */
export class LogModel {
  readonly ledger: LedgerModel;
  readonly orders: OrderModel;
  readonly funds: FundsModel;
  readonly replaces: ReplaceModel;
  readonly market: MarketModel;
  readonly batches = new BatchModel();
  readonly #trades: TradeModel;
  readonly #venues: VenueModel;
  readonly #causes: CauseModel;
  readonly #ofControl: CauseModel;
  readonly #ofIdentity: CauseModel;
  readonly #placements: PlacementModel;
  readonly #orderEvents: SequenceModel<OrderEvent>;
  readonly #marketEvents: SequenceModel<MarketEvent>;
  readonly #controlEvents: SequenceModel<ControlEvent>;
  readonly #identityEvents: SequenceModel<IdentityEvent>;
  readonly #toVenues: LinkModel;
  readonly #toShards: LinkModel;
  readonly #reports: LinkModel;
  readonly #ofAccounts = new Map<string, OrderEvent[]>();

  constructor(violations: Violations) {
    this.ledger = new LedgerModel(violations);
    this.orders = new OrderModel(violations, this.ledger);
    this.funds = new FundsModel(violations);
    this.replaces = new ReplaceModel(violations, this.orders);
    this.market = new MarketModel(violations);
    this.#venues = new VenueModel(violations);
    this.#trades = new TradeModel(violations, this.orders, (match) => this.#venues.settled(match));
    this.#causes = new CauseModel(violations);
    this.#ofControl = new CauseModel(violations);
    this.#ofIdentity = new CauseModel(violations);
    this.#placements = new PlacementModel(this.orders, violations);
    this.#orderEvents = new SequenceModel("event", violations);
    this.#marketEvents = new SequenceModel("market event", violations);
    this.#controlEvents = new SequenceModel("control event", violations);
    this.#identityEvents = new SequenceModel("identity event", violations);
    this.#toVenues = new LinkModel(violations);
    this.#toShards = new LinkModel(violations);
    this.#reports = new LinkModel(violations);
  }

  takeCommand(one: Logged<OrderCommand>): void {
    this.#toShards.take(one);
    this.#causes.takeInput(one);
  }

  takeVenueOrder(one: Logged<VenueCommand>): void {
    this.#venues.take(one);
    if (this.#toVenues.take(one) && one.message !== undefined) this.#placements.takeCommand(one.message);
  }

  takeEvent(one: Logged<OrderEvent>): void {
    if (!this.#orderEvents.take(one)) return;
    const { partition, writer } = one;
    const message = decoded(one);
    this.ledger.take(message);
    this.replaces.take(message);
    this.orders.take(message);
    this.#trades.take(message);
    this.funds.take(message);
    this.batches.take(message, writer);
    this.#causes.takeEvent(partition, message);
    if (message.event.case === "orderAccepted") this.#placements.accepted(message.orderId);
    const own = this.#ofAccounts.get(message.accountId) ?? [];
    this.#ofAccounts.set(message.accountId, own);
    own.push(message);
  }

  takeReport(one: Logged<ExecutionReport>): void {
    this.#reports.take(one, Number(one.message?.sequence ?? 0n));
  }

  takeMarketEvent(one: Logged<MarketEvent>): void {
    if (!this.#marketEvents.take(one)) return;
    const event = decoded(one);
    this.market.take(event);
    this.#venues.told(event.instrumentId, this.market.told(event.instrumentId));
  }

  takeControlCommand(one: Logged<ControlCommand>): void {
    this.#ofControl.takeInput(one);
  }

  takeControlEvent(one: Logged<ControlEvent>): void {
    if (this.#controlEvents.take(one)) this.#ofControl.takeEvent(one.partition, decoded(one));
  }

  takeIdentityCommand(one: Logged<IdentityCommand>): void {
    this.#ofIdentity.takeInput(one);
  }

  takeIdentityEvent(one: Logged<IdentityEvent>): void {
    if (this.#identityEvents.take(one)) this.#ofIdentity.takeEvent(one.partition, decoded(one));
  }

  /** An account's events, in sequence. */
  eventsOf(accountId: string): readonly OrderEvent[] {
    return this.#ofAccounts.get(accountId) ?? [];
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
    this.#trades.end();
    for (const causes of [this.#causes, this.#ofControl, this.#ofIdentity]) causes.end();
    this.#placements.end();
  }
}

/** What a shard wrote as its event. Throws where it does not decode. */
function decoded<M>({ message, source, number, partition }: Logged<M>): M {
  if (message === undefined) throw new Error(`event ${number} of ${source} on ${partition} does not decode`);
  return message;
}

/** Makes the model of what was read of a log at rest, checking as it goes; events come behind what they answer. */
export function modelOf(reading: LogReading, violations: Violations): LogModel {
  const model = new LogModel(violations);
  for (const one of reading.orderCommands) model.takeCommand(one);
  for (const one of reading.venueOrders) model.takeVenueOrder(one);
  for (const one of reading.orderEvents) model.takeEvent(one);
  for (const one of reading.reports) model.takeReport(one);
  for (const one of reading.marketData) model.takeMarketEvent(one);
  model.end();
  return model;
}
