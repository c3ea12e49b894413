import { firstInstruments } from "@atlas/assembly/first-start/instruments";
import { type Instrument, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";

/** The instruments to match in when no file names others: those that a platform starts with, without participants. */
export function defaultInstruments(): Instrument[] {
  return firstInstruments(true).map((instrument) => ({ ...instrument, marketModel: MarketModel.NONE }));
}
