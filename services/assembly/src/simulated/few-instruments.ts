import { type Instrument, InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { create } from "@bufbuild/protobuf";

const SHARED = {
  minimumNotional: "1",
  maximumNotional: "10000000",
  makerFee: "0.0002",
  takerFee: "0.0005",
  collar: "0.05",
} as const;

/** One market with participants, and two of clients alone, one of which is quoted in what the others trade. */
export const fewInstruments: readonly Instrument[] = [
  create(InstrumentSchema, {
    ...SHARED,
    ...{ instrumentId: "BTC-USD", baseAsset: "BTC", quoteAsset: "USD", tick: "0.01", lot: "0.0001" },
    ...{ defaultMaximumQuantity: "100", marketModel: MarketModel.SIMULATED, referencePrice: "50000", marketSeed: 5n },
    houseFunds: [
      { asset: "BTC", amount: "2000" },
      { asset: "USD", amount: "100000000" },
    ],
  }),
  create(InstrumentSchema, {
    ...SHARED,
    ...{ instrumentId: "ETH-USD", baseAsset: "ETH", quoteAsset: "USD", tick: "0.01", lot: "0.001" },
    ...{ defaultMaximumQuantity: "1000", marketModel: MarketModel.NONE },
  }),
  create(InstrumentSchema, {
    ...SHARED,
    minimumNotional: "0.0001",
    ...{ instrumentId: "ETH-BTC", baseAsset: "ETH", quoteAsset: "BTC", tick: "0.0001", lot: "0.001" },
    ...{ defaultMaximumQuantity: "1000", marketModel: MarketModel.NONE },
  }),
];
