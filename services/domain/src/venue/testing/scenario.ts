import type { InstrumentDefinition } from "../../instrument/instrument.ts";
import { decideVenue } from "../decide-venue.ts";
import type { VenueOutput } from "../turn.ts";
import type { AmendOrder, ParticipantsConfig, PlaceOrder, VenueInput } from "../venue-input.ts";
import type { VenueReport } from "../venue-report.ts";
import { emptyVenue, type VenueState } from "../venue-state.ts";

/** 00:00 UTC of a day. */
export const MIDNIGHT = 1_699_920_000_000;

export const SETTINGS = { shard: 3, omsPartitions: 16, tickInterval: 100 };

/** A tick and a lot of 1 each: 1 lot at 100 ticks costs 100 USD. */
export const INSTRUMENT: InstrumentDefinition = {
  instrumentId: "X-USD",
  baseAsset: "X",
  quoteAsset: "USD",
  tickMinor: 100_000_000,
  lotMinor: 100_000_000,
};

/** One venue shard and a clock that the test moves. */
export class Scenario {
  state: VenueState = emptyVenue(SETTINGS);
  now = MIDNIGHT + 3_600_000;
  private lastVersion = 0;

  decide(input: VenueInput): VenueOutput {
    return decideVenue(this.state, input, { appendTime: this.now, logTime: this.now });
  }

  define(participants?: ParticipantsConfig, instrument = INSTRUMENT): VenueOutput {
    return this.decide({ kind: "DEFINE_INSTRUMENT", instrument, participants });
  }

  /** `"BUY 10 @ 100"`, for account and owner `account-<id>` unless `more` says otherwise. */
  place(orderId: string, terms: string, more: Partial<PlaceOrder> = {}): VenueOutput {
    const [side, quantity, , price] = terms.split(" ");
    return this.decide({
      kind: "PLACE_ORDER",
      instrumentId: "X-USD",
      orderId,
      version: ++this.lastVersion,
      accountId: `account-${orderId}`,
      ownerId: undefined,
      side: side === "BUY" ? "BUY" : "SELL",
      type: price === undefined ? "MARKET" : "LIMIT",
      timeInForce: price === undefined ? "IOC" : "GTC",
      quantityLots: Number(quantity),
      limitPriceTicks: price === undefined ? undefined : Number(price),
      protectionPriceTicks: undefined,
      postOnly: false,
      selfTradePrevention: "CANCEL_NEWEST",
      validUntil: undefined,
      ...more,
    });
  }

  amend(orderId: string, change: Partial<AmendOrder>): VenueOutput {
    return this.decide({
      kind: "AMEND_ORDER",
      instrumentId: "X-USD",
      orderId,
      version: ++this.lastVersion,
      accountId: `account-${orderId}`,
      quantityLots: undefined,
      limitPriceTicks: undefined,
      ...change,
    });
  }

  pull(orderId: string, accountId = `account-${orderId}`): VenueOutput {
    return this.decide({ kind: "PULL_ORDER", instrumentId: "X-USD", orderId, version: ++this.lastVersion, accountId });
  }

  /** The next tick, 100 ms after whatever was before it. */
  tick(): VenueOutput {
    this.now += 100;
    return this.decide({ kind: "TICK", number: this.state.tickNumber + 1 });
  }
}

/** One line a report: `a TRADE 5 @ 100, 3 open, 5 done`. */
export function lines(output: VenueOutput): string[] {
  return output.reports.map(line);
}

function line(report: VenueReport): string {
  const { orderId, executionType, status, lastQuantityLots, lastPriceTicks, leavesLots, cumulativeLots } = report;
  const trade = executionType === "TRADE" ? ` ${lastQuantityLots} @ ${lastPriceTicks}` : "";
  const rest = status === undefined ? "" : `, ${leavesLots} open, ${cumulativeLots} done: ${status}`;
  return `${orderId} ${executionType}${trade}${rest}${report.refusal === undefined ? "" : ` (${report.refusal})`}`;
}
