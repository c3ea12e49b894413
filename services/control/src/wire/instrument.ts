import { checkInstrument } from "@atlas/domain/control/check-instrument";
import type {
  DefinedInstrument,
  Funds,
  InstrumentProposal,
  InstrumentTerms,
  MarketModel,
} from "@atlas/domain/control/instrument-terms";
import { printPrice, printQuantity } from "@atlas/domain/instrument/step";
import { printAmount } from "@atlas/domain/money/amount";
import { printScaled } from "@atlas/domain/money/decimal";
import {
  type Instrument,
  InstrumentSchema,
  MarketModel as WireModel,
} from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type Amount, AmountSchema } from "@atlas/gen/atlas/money/v1/amount_pb";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";

const MODELS: Readonly<Record<MarketModel, WireModel>> = {
  NONE: WireModel.NONE,
  SIMULATED: WireModel.SIMULATED,
  RECORDED: WireModel.RECORDED,
};

/** Every decimal canonical. */
export function writeInstrument(instrument: DefinedInstrument): Instrument {
  return create(InstrumentSchema, {
    ...writeTerms(instrument),
    version: BigInt(instrument.version),
    createTime: timestampOf(instrument.createdAt),
  });
}

function writeTerms(terms: InstrumentTerms) {
  const { instrumentId, baseAsset, quoteAsset, referencePriceTicks } = terms;
  return {
    instrumentId,
    baseAsset,
    quoteAsset,
    tick: printPrice(terms, 1),
    lot: printQuantity(terms, 1),
    minimumNotional: printAmount(terms.minimumNotionalMinor),
    maximumNotional: printAmount(terms.maximumNotionalMinor),
    defaultMaximumQuantity: printQuantity(terms, terms.defaultMaximumQuantityLots),
    makerFee: printScaled(terms.makerRateE8, 8),
    takerFee: printScaled(terms.takerRateE8, 8),
    collar: printScaled(terms.collarE8, 8),
    marketModel: MODELS[terms.marketModel],
    referencePrice: referencePriceTicks === undefined ? "" : printPrice(terms, referencePriceTicks),
    houseFunds: terms.houseFunds.map(writeFunds),
    marketSeed: BigInt(terms.marketSeed),
  };
}

export function writeFunds(funds: Funds): Amount {
  return create(AmountSchema, { asset: funds.asset, amount: printAmount(funds.amountMinor) });
}

/** What a client asks for; nothing is checked yet. */
export function readProposal(instrument: Instrument): InstrumentProposal {
  const models = Object.keys(MODELS) as MarketModel[];
  return { ...instrument, marketModel: models.find((model) => MODELS[model] === instrument.marketModel) };
}

/** An instrument that control defined: it passes the check that it passed then. */
export function readInstrument(instrument: Instrument): DefinedInstrument {
  const terms = checkInstrument(readProposal(instrument));
  if ("reason" in terms) throw new Error(`${instrument.instrumentId} is not as it was defined: ${terms.field}`);
  const createdAt = millisecondsOf(instrument.createTime);
  if (createdAt === undefined) throw new Error(`${instrument.instrumentId} lacks its create_time`);
  return { ...terms, version: Number(instrument.version), createdAt };
}
