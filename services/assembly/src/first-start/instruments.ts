import { type Instrument, InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { create } from "@bufbuild/protobuf";

/** What every instrument to start with shares (DOMAIN: instruments, fees, defaults). */
const SHARED = {
  minimumNotional: "1",
  maximumNotional: "10000000",
  makerFee: "0.0002",
  takerFee: "0.0005",
  collar: "0.05",
} as const;

/** What the participants may spend, in the quote: their orders are small beside it, and it must last for years. */
const HOUSE_QUOTE = "1000000000";

interface Row {
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly lot: string;
  readonly defaultMaximumQuantity: string;
  /** Empty: the market is a recording. */
  readonly referencePrice: string;
  /** About as much as `HOUSE_QUOTE` buys. */
  readonly houseBase: string;
  readonly seed: bigint;
}

const SIMULATED: readonly Row[] = [
  row("BTC", "USD", ["0.01", "0.0001"], "100", "50000", "20000", 1n),
  row("ETH", "USD", ["0.01", "0.001"], "1000", "3000", "400000", 2n),
  row("SOL", "USD", ["0.01", "0.01"], "20000", "100", "10000000", 3n),
  row("AAPL", "USD", ["0.01", "1"], "10000", "200", "5000000", 4n),
  row("EUR", "USD", ["0.00001", "1"], "1000000", "1.1", "1000000000", 5n),
];

/** Where recordings are played unless it is said otherwise. */
export const RECORDED_INSTRUMENT = "BTC-USDT";
const RECORDED = row("BTC", "USDT", ["0.01", "0.00001"], "100", "", "20000", 0n);

/** The instruments that a platform starts with; the recorded one if its market is asked for. */
export function firstInstruments(recorded: boolean): Instrument[] {
  return (recorded ? [...SIMULATED, RECORDED] : SIMULATED).map(instrumentOf);
}

export function recordedInstrument(): Instrument {
  return instrumentOf(RECORDED);
}

function instrumentOf(stated: Row): Instrument {
  const { base, quote, tick, lot, defaultMaximumQuantity, referencePrice, houseBase, seed } = stated;
  return create(InstrumentSchema, {
    ...SHARED,
    instrumentId: `${base}-${quote}`,
    baseAsset: base,
    quoteAsset: quote,
    tick,
    lot,
    defaultMaximumQuantity,
    marketModel: referencePrice === "" ? MarketModel.RECORDED : MarketModel.SIMULATED,
    referencePrice,
    houseFunds: [
      { asset: base, amount: houseBase },
      { asset: quote, amount: HOUSE_QUOTE },
    ],
    marketSeed: seed,
  });
}

function row(
  base: string,
  quote: string,
  [tick, lot]: readonly [string, string],
  defaultMaximumQuantity: string,
  referencePrice: string,
  houseBase: string,
  seed: bigint,
): Row {
  return { base, quote, tick, lot, defaultMaximumQuantity, referencePrice, houseBase, seed };
}
