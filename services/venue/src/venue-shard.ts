import { ENGINE_VERSIONS, requireEngine } from "@atlas/domain/engine/engine-rules";
import { type IncomingLink, IncomingLinks } from "@atlas/domain/link/incoming-links";
import { type OutgoingLink, OutgoingLinks } from "@atlas/domain/link/outgoing-links";
import { decideVenue } from "@atlas/domain/venue/decide-venue";
import type { VenueReport } from "@atlas/domain/venue/venue-report";
import { type BookSlab, restoreVenue, snapshotVenue, type VenueSnapshot } from "@atlas/domain/venue/venue-snapshot";
import { emptyVenue, type VenueSettings, type VenueState } from "@atlas/domain/venue/venue-state";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import type { Arrival, LinkPosition } from "@atlas/platform/shard/arrival";
import type { LinkMessage } from "@atlas/platform/shard/event-shard";
import type { InputOutcome, InputShard, StatePart } from "@atlas/platform/shard/input-shard";
import { shardName } from "@atlas/platform/shard/shard-name";
import { wireMarketEvent } from "@atlas/platform/wire/venue/market-event";
import { venueInputOf } from "@atlas/platform/wire/venue/venue-input";
import { wireVenueReport } from "@atlas/platform/wire/venue/venue-report";
import { decodePlain, encodePlain } from "./plain-image.ts";

/** All of the state but the books. */
interface Rest {
  readonly logTime: number;
  readonly incoming: readonly IncomingLink[];
  readonly outgoing: readonly OutgoingLink[];
  readonly anomalies: number;
  readonly venue: Omit<VenueSnapshot, "books">;
}

const NOTHING: InputOutcome<MarketEvent> = { messages: [], published: [] };

/** A venue shard on its links: the pure venue, its inputs from the log, its reports on their way to order shards. */
export class VenueShard implements InputShard<VenueCommand, MarketEvent> {
  readonly name: string;
  #state: VenueState;
  #incoming = new IncomingLinks();
  #outgoing = new OutgoingLinks();
  /** Running maximum of append times (S8). */
  #logTime = 0;
  #anomalies = 0;
  readonly #engines: readonly number[];

  /** `engines`: the versions that this process carries (S26). */
  constructor(settings: VenueSettings, engines = ENGINE_VERSIONS) {
    this.name = shardName("venue", settings.shard);
    this.#state = emptyVenue(settings);
    this.#engines = engines;
  }

  get state(): VenueState {
    return this.#state;
  }

  get engineVersion(): number {
    return this.#state.engineVersion;
  }

  get logTime(): number {
    return this.#logTime;
  }

  /** Inputs that could not be read, ever. */
  get anomalies(): number {
    return this.#anomalies;
  }

  /** What came over links from shards, by source. */
  links(): readonly IncomingLink[] {
    return this.#incoming.all();
  }

  link(source: string): LinkPosition | undefined {
    return this.#incoming.get(source);
  }

  sent(destination: string): number {
    return this.#outgoing.last(destination);
  }

  decide(arrival: Arrival<VenueCommand>): InputOutcome<MarketEvent> {
    requireEngine(this.#state.engineVersion, this.#engines);
    const { appendTime, link, command } = arrival;
    const logTime = Math.max(this.#logTime, appendTime);
    const find = (instrumentId: string) => this.#state.bookOf.get(instrumentId)?.instrument;
    const input = venueInputOf(command, find);
    if (input?.kind === "ACTIVATE_ENGINE") requireEngine(input.version, this.#engines);
    if (link !== undefined) this.#incoming.advance(link.source, link.number, link.chain, logTime);
    this.#logTime = logTime;
    if (input === undefined) return NOTHING;
    const output = decideVenue(this.#state, input, { appendTime, logTime });
    const messages: LinkMessage[] = [];
    for (const report of output.reports) messages.push(this.#message(report));
    const published = output.market.map((event) => {
      const book = this.#state.bookOf.get(event.instrumentId);
      if (book === undefined) throw new Error(`a market event of ${event.instrumentId}, which has no book`);
      return wireMarketEvent(event, book.instrument);
    });
    return { messages, published };
  }

  decideUnreadable(): void {
    this.#anomalies += 1;
  }

  copy(): readonly StatePart[] {
    const { books, ...venue } = snapshotVenue(this.#state);
    const rest: Rest = {
      logTime: this.#logTime,
      incoming: this.#incoming.all(),
      outgoing: this.#outgoing.all(),
      anomalies: this.#anomalies,
      venue,
    };
    return [
      { key: "rest", bytes: encodePlain(rest) },
      ...books.map((slab, index) => ({ key: `book-${index}`, bytes: encodePlain(slab) })),
    ];
  }

  restore(parts: readonly StatePart[]): void {
    const [first, ...others] = parts;
    if (first === undefined) throw new Error(`an image of ${this.name} without parts`);
    const rest = decodePlain<Rest>(first.bytes);
    const books = others.map(({ bytes }) => decodePlain<BookSlab>(bytes));
    const state = restoreVenue({ ...rest.venue, books });
    const incoming = new IncomingLinks();
    for (const link of rest.incoming) incoming.restore(link);
    const outgoing = new OutgoingLinks();
    for (const { destination, number } of rest.outgoing) outgoing.advance(destination, number);
    this.#state = state;
    this.#logTime = rest.logTime;
    this.#anomalies = rest.anomalies;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  /** A report as the next message to the account's order shard. */
  #message(report: VenueReport): LinkMessage {
    const destination = shardName("oms", report.omsPartition);
    const number = this.#outgoing.last(destination) + 1;
    this.#outgoing.advance(destination, number);
    const instrument = this.#state.bookOf.get(report.instrumentId)?.instrument;
    return { destination, number, bytes: encode(OrderCommandCodec, commandOf(wireVenueReport(report, instrument))) };
  }
}

function commandOf(report: ReturnType<typeof wireVenueReport>): OrderCommand {
  return {
    $typeName: "atlas.log.v1.OrderCommand",
    commandId: "",
    accountId: report.accountId,
    requestId: "",
    contentDigest: new Uint8Array(0),
    principal: undefined,
    sessionId: "",
    quote: undefined,
    validUntil: undefined,
    evidence: undefined,
    orderId: "",
    command: { case: "report", value: report },
  };
}
