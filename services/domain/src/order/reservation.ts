import { baseMinor, type Instrument, notionalMinor } from "../instrument/instrument.ts";
import type { Side } from "../instrument/terms.ts";
import { feeReserveMinor } from "../ledger/fee.ts";

/** What of an order decides how much it can still cost. */
export interface Exposure {
  readonly side: Side;
  readonly leavesLots: number;
  /** Its limit, or the protection of a MARKET order. */
  readonly priceTicks: number;
  readonly feeAccruedE16: bigint;
  readonly feesMinor: bigint;
  readonly worstRateE8: bigint;
  /** What would be open once a replace that is on its way is done; -1: none is. */
  readonly replaceLeavesLots: number;
  readonly replacePriceTicks: number;
}

/**
 * What an order can still cost, of the asset it gives: exactly what must be reserved for it (I3). BUY: leaves x price and
 * the worst fees on that; SELL: the base. While a replace is on its way, whatever the venue does first is covered.
 */
export function reservationMinor(instrument: Instrument, exposure: Exposure): bigint {
  if (exposure.side === "SELL") {
    return baseMinor(instrument, Math.max(exposure.leavesLots, exposure.replaceLeavesLots));
  }
  const notional = costliestNotionalMinor(instrument, exposure);
  const { feeAccruedE16, feesMinor, worstRateE8 } = exposure;
  return notional + feeReserveMinor(feeAccruedE16, feesMinor, worstRateE8, notional);
}

/**
 * The most that a BUY can still pay. Trades may come before the replace takes effect: with a lower price and a larger
 * quantity, what is open now may trade at the old price and what was added at the new one, which is more than either order.
 */
function costliestNotionalMinor(instrument: Instrument, exposure: Exposure): bigint {
  const { leavesLots, priceTicks, replaceLeavesLots, replacePriceTicks } = exposure;
  const now = notionalMinor(instrument, priceTicks, leavesLots);
  if (replaceLeavesLots <= 0) return now;
  if (replacePriceTicks <= priceTicks) {
    const added = Math.max(0, replaceLeavesLots - leavesLots);
    return now + notionalMinor(instrument, replacePriceTicks, added);
  }
  const replaced = notionalMinor(instrument, replacePriceTicks, replaceLeavesLots);
  return replaced > now ? replaced : now;
}
