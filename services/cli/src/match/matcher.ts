import { defineInstrument, type Instrument } from "@atlas/domain/instrument/instrument";
import { decideVenue } from "@atlas/domain/venue/decide-venue";
import type { VenueInput } from "@atlas/domain/venue/venue-input";
import { emptyVenue, type VenueState } from "@atlas/domain/venue/venue-state";
import type { Instrument as WireInstrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import type { VenueCommand, VenueReport } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { wireMarketEvent } from "@atlas/platform/wire/venue/market-event";
import { instrumentDefinitionOf, venueInputOf } from "@atlas/platform/wire/venue/venue-input";
import { wireVenueReport } from "@atlas/platform/wire/venue/venue-report";

/** What one command led to. */
export interface Matched {
  readonly reports: readonly VenueReport[];
  readonly market: readonly MarketEvent[];
}

/** The pure engine of a venue, in memory, for books without participants. */
export class Matcher {
  readonly #state: VenueState = emptyVenue({ shard: 0, omsPartitions: 16, tickInterval: 100 });
  readonly #instruments = new Map<string, Instrument>();
  #logTime = 0;

  /** Throws when a definition is none. Its books are empty and their sequences begin at 1. */
  constructor(instruments: readonly WireInstrument[]) {
    for (const wire of instruments) this.#define(wire);
    for (const book of this.#state.books) book.sequence = 0;
    this.#state.shardSequence = 0;
  }

  /**
   * Decides a command as of its `occurred_at`; without one, as of the latest so far. While none has named a time, nothing has one. Throws for terms that the
   * instrument does not have.
   */
  decide(command: VenueCommand): Matched {
    const found = venueInputOf(command, (instrumentId) => this.#instruments.get(instrumentId));
    if (found === undefined) return { reports: [], market: [] };
    const input = this.#withAccount(found);
    const appendTime = millisecondsOf(command.occurredAt) ?? this.#logTime;
    this.#logTime = Math.max(this.#logTime, appendTime);
    const output = decideVenue(this.#state, input, { appendTime, logTime: this.#logTime });
    if (input.kind === "DEFINE_INSTRUMENT") this.#keep(input.instrument.instrumentId);
    const reports = output.reports.map((one) => wireVenueReport(one, this.#instruments.get(one.instrumentId)));
    const market = output.market.map((one) =>
      wireMarketEvent(one, this.#instruments.get(one.instrumentId) as Instrument),
    );
    if (this.#logTime === 0) for (const one of [...reports, ...market]) one.occurredAt = undefined;
    return { reports, market };
  }

  /** A withdrawal or amendment that names no account means whoever has the order. */
  #withAccount(input: VenueInput): VenueInput {
    if ((input.kind !== "PULL_ORDER" && input.kind !== "AMEND_ORDER") || input.accountId !== "") return input;
    const book = this.#state.bookOf.get(input.instrumentId);
    const handle = book?.handleOf.get(input.orderId);
    const order = handle === undefined ? undefined : book?.orders[handle];
    return order === undefined ? input : { ...input, accountId: order.accountId };
  }

  #define(wire: WireInstrument): void {
    const definition = instrumentDefinitionOf(wire);
    const checked = defineInstrument(definition);
    if ("reason" in checked) throw new RangeError(`${wire.instrumentId}: ${checked.reason}`);
    const participants = wire.marketModel === MarketModel.RECORDED ? { kind: "RECORDED" as const } : undefined;
    const input = { kind: "DEFINE_INSTRUMENT" as const, instrument: definition, participants };
    decideVenue(this.#state, input, { appendTime: 0, logTime: 0 });
    this.#keep(wire.instrumentId);
  }

  #keep(instrumentId: string): void {
    const book = this.#state.bookOf.get(instrumentId);
    if (book !== undefined) this.#instruments.set(instrumentId, book.instrument);
  }
}
