import { defineInstrument, type Instrument, type InstrumentDefinition } from "@atlas/domain/instrument/instrument";
import { parsePrice, parseQuantity, type StepRefusal } from "@atlas/domain/instrument/step";
import { parseAmount } from "@atlas/domain/money/amount";
import { ASSET_DECIMALS, parseScaled } from "@atlas/domain/money/decimal";
import type { ParticipantsConfig, VenueInput } from "@atlas/domain/venue/venue-input";
import { MarketModel, type Instrument as WireInstrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type {
  AllotToVenue,
  AmendOrder,
  PlaceOrder,
  PullOrder,
  RecordedMarket,
  VenueCommand,
} from "@atlas/gen/atlas/venue/v1/venue_pb";
import { millisecondsOf } from "../time.ts";
import { bookTimeInForceOf, bookTypeOf, selfTradePreventionOf, sideOf } from "./order-terms.ts";

/** A term that the instrument does not have: a price off its ticks, a quantity off its lots, no decimal at all. */
class TermError extends Error {
  override name = "TermError";
  readonly field: string;
  readonly refusal: StepRefusal;

  constructor(field: string, text: string, refusal: StepRefusal) {
    super(`${field} ${text === "" ? '""' : text} ${wordsOf(field, refusal)}`);
    this.field = field;
    this.refusal = refusal;
  }
}

function wordsOf(field: string, refusal: StepRefusal): string {
  switch (refusal.reason) {
    case "OFF_STEP":
      return `is no multiple of the ${field.endsWith("quantity") ? "lot" : "tick"} ${refusal.step}`;
    case "TOO_LARGE":
      return "is too large";
    case "NOT_POSITIVE":
      return "is not above zero";
    case "NOT_A_DECIMAL":
      return "is no decimal";
    case "TOO_MANY_DIGITS":
      return "has more than 18 digits before or behind the point";
  }
}

/** Finds an instrument that the venue knows. */
export type FindInstrument = (instrumentId: string) => Instrument | undefined;

/**
 * What a venue shard decides on, from what stands on its partition; `undefined`: nothing (a control change that concerns
 * order shards only). Orders for an instrument that the venue does not know come without terms: it refuses them. Throws `TermError` for terms that the instrument
 * does not have and `RangeError` for what no sender of this version writes.
 */
export function venueInputOf(command: VenueCommand, find: FindInstrument): VenueInput | undefined {
  const { instrumentId } = command;
  switch (command.command.case) {
    case "tick":
      return { kind: "TICK", number: Number(command.command.value.number) };
    case "place":
      return placeOrderOf(instrumentId, command.command.value, find);
    case "amend":
      return amendOrderOf(instrumentId, command.command.value, find);
    case "withdraw":
      return pullOrderOf(instrumentId, command.command.value);
    case "recorded":
      return recordedMarketOf(command.command.value, find);
    case "allot":
      return allotmentOf(command.command.value, find);
    case "control": {
      const { change } = command.command.value;
      if (change.case === "engineActivated") return { kind: "ACTIVATE_ENGINE", version: change.value.version };
      return change.case === "instrumentDefined" ? definitionOf(change.value) : undefined;
    }
    default:
      throw new RangeError(`a venue command of kind ${command.command.case}`);
  }
}

/** The core's definition of an instrument of the contract. */
export function instrumentDefinitionOf(instrument: WireInstrument): InstrumentDefinition {
  return {
    instrumentId: instrument.instrumentId,
    baseAsset: instrument.baseAsset,
    quoteAsset: instrument.quoteAsset,
    tickMinor: stepOf("tick", instrument.tick),
    lotMinor: stepOf("lot", instrument.lot),
  };
}

function definitionOf(wire: WireInstrument): VenueInput {
  const instrument = instrumentDefinitionOf(wire);
  return { kind: "DEFINE_INSTRUMENT", instrument, participants: participantsOf(wire, instrument) };
}

function participantsOf(wire: WireInstrument, definition: InstrumentDefinition): ParticipantsConfig | undefined {
  switch (wire.marketModel) {
    case MarketModel.SIMULATED: {
      const instrument = defineInstrument(definition);
      if ("reason" in instrument) throw new RangeError(instrument.reason);
      return {
        kind: "SIMULATED",
        seed: Number(BigInt.asUintN(32, wire.marketSeed)),
        referencePriceTicks: priceOf("reference_price", wire.referencePrice, instrument),
      };
    }
    case MarketModel.RECORDED:
      return { kind: "RECORDED" };
    default:
      return undefined;
  }
}

function placeOrderOf(instrumentId: string, wire: PlaceOrder, find: FindInstrument): VenueInput {
  const instrument = find(instrumentId);
  const type = bookTypeOf(wire.type);
  return {
    kind: "PLACE_ORDER",
    instrumentId,
    orderId: wire.orderId,
    version: Number(wire.version),
    accountId: wire.accountId,
    ownerId: wire.ownerId === "" ? undefined : wire.ownerId,
    side: sideOf(wire.side),
    type,
    timeInForce: bookTimeInForceOf(wire.timeInForce, type),
    quantityLots: instrument === undefined ? 0 : quantityOf("quantity", wire.quantity, instrument),
    limitPriceTicks: type === "LIMIT" && instrument ? priceOf("limit_price", wire.limitPrice, instrument) : undefined,
    protectionPriceTicks: optionalPrice("protection_price", wire.protectionPrice, instrument),
    postOnly: wire.postOnly,
    selfTradePrevention: selfTradePreventionOf(wire.selfTradePrevention),
    validUntil: millisecondsOf(wire.validUntil),
  };
}

function amendOrderOf(instrumentId: string, wire: AmendOrder, find: FindInstrument): VenueInput {
  const instrument = find(instrumentId);
  return {
    kind: "AMEND_ORDER",
    instrumentId,
    orderId: wire.orderId,
    version: Number(wire.version),
    accountId: wire.accountId,
    quantityLots: wire.quantity === "" || !instrument ? undefined : quantityOf("quantity", wire.quantity, instrument),
    limitPriceTicks: optionalPrice("limit_price", wire.limitPrice, instrument),
  };
}

function pullOrderOf(instrumentId: string, wire: PullOrder): VenueInput {
  const { orderId, accountId } = wire;
  return { kind: "PULL_ORDER", instrumentId, orderId, version: Number(wire.version), accountId };
}

function recordedMarketOf(wire: RecordedMarket, find: FindInstrument): VenueInput | undefined {
  const instrument = find(wire.instrumentId);
  if (instrument === undefined) return undefined;
  return {
    kind: "RECORDED_MARKET",
    instrumentId: wire.instrumentId,
    number: Number(wire.number),
    levels: wire.levels.map(({ side, price, quantity }) => ({
      side: sideOf(side),
      priceTicks: priceOf("levels.price", price, instrument),
      quantityLots: quantity === "0" ? 0 : quantityOf("levels.quantity", quantity, instrument),
    })),
    trades: wire.trades.map(({ takerSide, price, quantity }) => ({
      takerSide: sideOf(takerSide),
      priceTicks: priceOf("trades.price", price, instrument),
      quantityLots: quantityOf("trades.quantity", quantity, instrument),
    })),
  };
}

/** An allotment may come before its instrument; the id names the assets, too. */
function allotmentOf(wire: AllotToVenue, find: FindInstrument): VenueInput {
  const { instrumentId } = wire;
  const instrument = find(instrumentId);
  const [base, quote] = instrument ? [instrument.baseAsset, instrument.quoteAsset] : instrumentId.split("-");
  const amountOf = (asset: string | undefined) =>
    wire.amounts.reduce((sum, amount) => (amount.asset === asset ? sum + minorOf(amount.amount) : sum), 0n);
  return {
    kind: "ALLOT_TO_VENUE",
    instrumentId,
    accountId: `house-${instrumentId}`,
    baseMinor: amountOf(base),
    quoteMinor: amountOf(quote),
  };
}

function minorOf(text: string): bigint {
  const amount = parseAmount(text);
  if (typeof amount === "string") throw new RangeError(`amount "${text}": ${amount}`);
  return amount;
}

function stepOf(field: string, text: string): number {
  const units = parseScaled(text, ASSET_DECIMALS);
  if (typeof units !== "number") throw new RangeError(`${field} "${text}"`);
  return units;
}

function optionalPrice(field: string, text: string, instrument: Instrument | undefined): number | undefined {
  return text === "" || instrument === undefined ? undefined : priceOf(field, text, instrument);
}

function priceOf(field: string, text: string, instrument: Instrument): number {
  const price = parsePrice(instrument, text);
  if (typeof price !== "number") throw new TermError(field, text, price);
  return price;
}

function quantityOf(field: string, text: string, instrument: Instrument): number {
  const quantity = parseQuantity(instrument, text);
  if (typeof quantity !== "number") throw new TermError(field, text, quantity);
  return quantity;
}
