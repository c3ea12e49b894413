import { defineInstrument, type Instrument, type InstrumentDefinition } from "../instrument/instrument.ts";
import type { NewOrder } from "../limits/new-order.ts";
import type { Quote } from "../limits/quote.ts";
import type { Listing } from "../order/listing.ts";
import { partitionOf } from "../partition/partition.ts";
import { decideVenue } from "../venue/decide-venue.ts";
import type { VenueInput } from "../venue/venue-input.ts";
import type { VenueReport } from "../venue/venue-report.ts";
import { emptyVenue, type VenueState } from "../venue/venue-state.ts";
import { advanceWork } from "./cancel-many.ts";
import { decide } from "./decide.ts";
import { evolve } from "./evolve.ts";
import type { CommandHead, OmsCommand, OmsInput, VenueReportInput } from "./oms-command.ts";
import type { OmsEvent } from "./oms-event.ts";
import { OmsState } from "./oms-state.ts";

/** 2026-01-01. */
export const START = 1_767_225_600_000;

export const BTC_USD: InstrumentDefinition = {
  instrumentId: "BTC-USD",
  baseAsset: "BTC",
  quoteAsset: "USD",
  tickMinor: 1_000_000,
  lotMinor: 10_000,
};

export function usd(whole: number): bigint {
  return BigInt(Math.round(whole * 100)) * 1_000_000n;
}

export function listingOf(definition: InstrumentDefinition, change: Partial<Listing> = {}): Listing {
  return {
    instrument: defineInstrument(definition) as Instrument,
    minimumNotionalMinor: usd(1),
    maximumNotionalMinor: usd(10_000_000),
    defaultMaximumLots: 1_000_000,
    makerRateE8: 20_000n,
    takerRateE8: 50_000n,
    collarE8: 5_000_000n,
    version: 1,
    ...change,
  };
}

export function limitOrder(
  side: "BUY" | "SELL",
  quantity: string,
  limitPrice: string,
  change: Partial<NewOrder> = {},
): NewOrder {
  return {
    clientOrderId: "",
    instrumentId: "BTC-USD",
    side,
    type: "LIMIT",
    timeInForce: "UNSPECIFIED",
    quantity,
    limitPrice,
    stopPrice: "",
    hasTrailing: false,
    displayQuantity: "",
    hidden: false,
    minimumQuantity: "",
    hasPeg: false,
    hasExpireTime: false,
    postOnly: false,
    reduceOnly: false,
    selfTradePrevention: "UNSPECIFIED",
    groupId: "",
    ...change,
  };
}

export function marketOrder(side: "BUY" | "SELL", quantity: string, change: Partial<NewOrder> = {}): NewOrder {
  return limitOrder(side, quantity, "", { type: "MARKET", ...change });
}

/** Sixteen bytes that differ with the content. */
export function digestOf(content: string): Uint8Array {
  const digest = new Uint8Array(16);
  for (let index = 0; index < content.length; index++) {
    digest[index % 16] = ((digest[index % 16] as number) * 31 + content.charCodeAt(index) + index) & 0xff;
  }
  return digest;
}

/** Order shards and one venue, joined by links whose messages wait until they are delivered. */
export class Exchange {
  readonly shards: OmsState[];
  readonly venue: VenueState;
  /** Of each shard, in sequence. */
  readonly events: OmsEvent[][];
  /** Every input of each shard, in order. */
  readonly inputs: OmsInput[][];
  now = START;
  quote: Quote | undefined = undefined;
  readonly #toVenue: VenueInput[][];
  readonly #toShard: VenueReport[][];
  #commands = 0;

  constructor(shards = 1) {
    this.shards = Array.from({ length: shards }, (_, number) => new OmsState(`oms/${number}`, 1));
    this.events = this.shards.map(() => []);
    this.inputs = this.shards.map(() => []);
    this.#toVenue = this.shards.map(() => []);
    this.#toShard = this.shards.map(() => []);
    this.venue = emptyVenue({ shard: 0, omsPartitions: shards, tickInterval: 100 });
    this.#ticker();
  }

  /** Defines an instrument everywhere. */
  define(listing: Listing): void {
    const { instrument } = listing;
    decideVenue(this.venue, { kind: "DEFINE_INSTRUMENT", instrument, participants: undefined }, this.#time());
    this.shards.forEach((_, shard) => {
      this.input(shard, { kind: "DEFINE_INSTRUMENT", commandId: "control", listing });
    });
  }

  shardOf(accountId: string): number {
    return partitionOf(accountId, this.shards.length);
  }

  state(accountId: string): OmsState {
    return this.shards[this.shardOf(accountId)] as OmsState;
  }

  open(accountId: string, funds: Record<string, string> = {}, ownerId = accountId): void {
    const shard = this.shardOf(accountId);
    this.input(shard, { kind: "CREATE_ACCOUNT", head: this.head(accountId), ownerId });
    for (const [asset, amount] of Object.entries(funds)) {
      this.input(shard, { kind: "DEPOSIT", head: this.head(accountId), asset, amount });
    }
  }

  head(accountId: string, change: Partial<CommandHead> = {}): CommandHead {
    const requestId = change.requestId ?? `r-${++this.#commands}`;
    return {
      commandId: `c-${++this.#commands}`,
      accountId,
      requestId,
      contentDigest: digestOf(requestId),
      principal: { userId: "user", keyId: "key" },
      sessionId: "",
      quote: this.quote,
      validUntil: this.now + 15_000,
      evidence: undefined,
      orderId: `${accountId}/${requestId}`,
      ...change,
    };
  }

  submit(accountId: string, order: NewOrder, change: Partial<CommandHead> = {}): readonly OmsEvent[] {
    return this.input(this.shardOf(accountId), { kind: "SUBMIT", head: this.head(accountId, change), order });
  }

  cancel(accountId: string, orderId: string, change: Partial<CommandHead> = {}): readonly OmsEvent[] {
    return this.input(this.shardOf(accountId), { kind: "CANCEL", head: this.head(accountId, change), orderId });
  }

  replace(
    accountId: string,
    orderId: string,
    quantity: string,
    limitPrice: string,
    expectedVersion = 0,
    change: Partial<CommandHead> = {},
  ): readonly OmsEvent[] {
    return this.input(this.shardOf(accountId), {
      kind: "REPLACE",
      head: this.head(accountId, change),
      ...{ orderId, quantity, limitPrice, stopPrice: "", expectedVersion },
    });
  }

  /** Lets a shard decide an input and apply what it decides, slices and all. */
  input(shard: number, command: OmsCommand, link?: OmsInput["link"]): readonly OmsEvent[] {
    const state = this.shards[shard] as OmsState;
    const inputs = this.inputs[shard] as OmsInput[];
    const input = { offset: inputs.length, index: 0, appendTime: this.now, link, command };
    inputs.push(input);
    const events = [...this.#apply(shard, decide(state, input))];
    while (state.work !== undefined) events.push(...this.#apply(shard, advanceWork(state, state.work)));
    return events;
  }

  /** How many messages wait. */
  get waiting(): number {
    return [...this.#toVenue, ...this.#toShard].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Delivers the next message of one of the queues that hold any; `choice` chooses among them. */
  deliver(choice: number): void {
    const queues = [...this.#toVenue, ...this.#toShard];
    const full = queues.map((queue, index) => (queue.length > 0 ? index : -1)).filter((index) => index >= 0);
    if (full.length === 0) return;
    const chosen = full[choice % full.length] as number;
    const shards = this.shards.length;
    if (chosen < shards) this.#tellVenue((this.#toVenue[chosen] as VenueInput[]).shift() as VenueInput);
    else this.#tellShard(chosen - shards, (this.#toShard[chosen - shards] as VenueReport[]).shift() as VenueReport);
  }

  settle(): void {
    while (this.waiting > 0) this.deliver(0);
  }

  #apply(shard: number, events: readonly OmsEvent[]): readonly OmsEvent[] {
    const state = this.shards[shard] as OmsState;
    for (const event of events) {
      evolve(state, event);
      (this.events[shard] as OmsEvent[]).push(event);
      const message = venueInputOf(event, state);
      if (message !== undefined) (this.#toVenue[shard] as VenueInput[]).push(message);
    }
    return events;
  }

  #tellVenue(input: VenueInput): void {
    const output = decideVenue(this.venue, input, this.#time());
    for (const report of output.reports) (this.#toShard[report.omsPartition] as VenueReport[]).push(report);
    this.#ticker();
  }

  #tellShard(shard: number, report: VenueReport): void {
    const state = this.shards[shard] as OmsState;
    const number = (state.incoming.get("venue/0")?.number ?? 0) + 1;
    this.input(shard, reportInputOf(report), { source: "venue/0", number, chain: 0n });
  }

  #ticker(): void {
    this.quote = { bid: "49990", ask: "50010", last: "50000", time: this.now };
  }

  #time(): { appendTime: number; logTime: number } {
    return { appendTime: this.now, logTime: this.now };
  }
}

function reportInputOf(report: VenueReport): VenueReportInput {
  const totals = [
    { asset: report.baseAsset, amountMinor: report.baseTotalMinor },
    { asset: report.quoteAsset, amountMinor: report.quoteTotalMinor },
  ];
  return {
    ...report,
    kind: "REPORT",
    commandId: "",
    linkTotals: report.executionType === "TRADE" ? totals : [],
  };
}

/** What an event sends to the venue. */
function venueInputOf(event: OmsEvent, state: OmsState): VenueInput | undefined {
  const { body, orderId, accountId, instrumentId } = event;
  const head = { orderId, accountId, instrumentId };
  switch (body.kind) {
    case "ORDER_ACCEPTED": {
      const { terms, progress } = body;
      return {
        kind: "PLACE_ORDER",
        ...head,
        version: progress.version,
        ownerId: body.ownerId,
        side: terms.side,
        type: terms.type,
        timeInForce: terms.timeInForce,
        quantityLots: progress.quantityLots,
        limitPriceTicks: progress.limitPriceTicks || undefined,
        protectionPriceTicks: terms.protectionPriceTicks || undefined,
        postOnly: terms.postOnly,
        selfTradePrevention: terms.selfTradePrevention,
        validUntil: body.validUntil,
      };
    }
    case "REPLACE_REQUESTED":
      return {
        kind: "AMEND_ORDER",
        ...head,
        version: body.progress.version,
        quantityLots: body.replacement?.quantityLots,
        limitPriceTicks: body.replacement?.limitPriceTicks || undefined,
      };
    case "CANCEL_REQUESTED":
      return { kind: "PULL_ORDER", ...head, version: body.progress.version };
    case "FUNDS_MOVED": {
      if (body.movement !== "ALLOTMENT") return undefined;
      const { baseAsset } = state.listing(instrumentId).instrument;
      const sum = (isBase: boolean) =>
        event.postings
          .filter(({ asset }) => (asset === baseAsset) === isBase)
          .reduce((total, { amountMinor }) => total + amountMinor, 0n);
      return { kind: "ALLOT_TO_VENUE", instrumentId, accountId, baseMinor: sum(true), quoteMinor: sum(false) };
    }
    default:
      return undefined;
  }
}
