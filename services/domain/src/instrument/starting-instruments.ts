import type { InstrumentDefinition } from "./instrument.ts";

/** An instrument that a new platform begins with. */
export interface StartingInstrument extends InstrumentDefinition {
  /** Mean of its simulated market; `undefined`: it has none, only a recorded one. */
  readonly referencePriceTicks: number | undefined;
  /** An account's default maximum quantity of an order. */
  readonly maximumQuantityLots: number;
}

const CENT = 1_000_000;

export const STARTING_INSTRUMENTS: readonly StartingInstrument[] = [
  starting("BTC", "USD", CENT, 10_000, 5_000_000, 1_000_000),
  starting("ETH", "USD", CENT, 100_000, 300_000, 1_000_000),
  starting("SOL", "USD", CENT, 1_000_000, 10_000, 2_000_000),
  starting("AAPL", "USD", CENT, 100_000_000, 20_000, 10_000),
  starting("EUR", "USD", 1000, 100_000_000, 110_000, 1_000_000),
  starting("BTC", "USDT", CENT, 1000, undefined, 10_000_000),
];

function starting(
  baseAsset: string,
  quoteAsset: string,
  tickMinor: number,
  lotMinor: number,
  referencePriceTicks: number | undefined,
  maximumQuantityLots: number,
): StartingInstrument {
  const instrumentId = `${baseAsset}-${quoteAsset}`;
  return { instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor, referencePriceTicks, maximumQuantityLots };
}
