import { defineInstrument } from "@atlas/domain/instrument/instrument";
import { ASSET_DECIMALS } from "@atlas/domain/money/decimal";
import type { Listing } from "@atlas/domain/order/listing";
import type { Instrument as WireInstrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { minorOf, unitsOf } from "./decimals.ts";

/** An instrument as orders need it. Control has checked the definition: what does not fit throws. */
export function listingOf(wire: WireInstrument): Listing {
  const { instrumentId, baseAsset, quoteAsset } = wire;
  const tickMinor = Number(minorOf(wire.tick));
  const lotMinor = Number(minorOf(wire.lot));
  const instrument = defineInstrument({ instrumentId, baseAsset, quoteAsset, tickMinor, lotMinor });
  if ("reason" in instrument) throw new RangeError(`instrument ${instrumentId}: ${instrument.reason}`);
  return {
    instrument,
    minimumNotionalMinor: minorOf(wire.minimumNotional),
    maximumNotionalMinor: minorOf(wire.maximumNotional),
    defaultMaximumLots: wholeLots(minorOf(wire.defaultMaximumQuantity), lotMinor),
    makerRateE8: unitsOf(wire.makerFee, ASSET_DECIMALS),
    takerRateE8: unitsOf(wire.takerFee, ASSET_DECIMALS),
    collarE8: unitsOf(wire.collar, ASSET_DECIMALS),
    version: Number(wire.version),
  };
}

/** Rounded down; a quantity beyond all counting is the most that can be counted. */
function wholeLots(quantityMinor: bigint, lotMinor: number): number {
  return Math.min(Number(quantityMinor / BigInt(lotMinor)), Number.MAX_SAFE_INTEGER);
}
