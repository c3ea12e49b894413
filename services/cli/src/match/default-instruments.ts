import { type Instrument, InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { create } from "@bufbuild/protobuf";

/** Id, tick, lot: what matching needs of the instruments that a platform starts with. */
const TERMS: readonly (readonly [string, string, string])[] = [
  ["BTC-USD", "0.01", "0.0001"],
  ["ETH-USD", "0.01", "0.001"],
  ["SOL-USD", "0.01", "0.01"],
  ["AAPL-USD", "0.01", "1"],
  ["EUR-USD", "0.00001", "1"],
  ["BTC-USDT", "0.01", "0.00001"],
];

/** The instruments to match in when no file names others: continuous, without participants. */
export function defaultInstruments(): Instrument[] {
  return TERMS.map(([instrumentId, tick, lot]) => {
    const [baseAsset, quoteAsset] = instrumentId.split("-");
    const marketModel = MarketModel.NONE;
    return create(InstrumentSchema, { instrumentId, baseAsset, quoteAsset, tick, lot, marketModel });
  });
}
