import { printAmount } from "@atlas/domain/money/amount";
import { exposureOf, givenAsset } from "@atlas/domain/oms/move-order";
import type { OmsState } from "@atlas/domain/oms/oms-state";
import { reservationMinor } from "@atlas/domain/order/reservation";
import type { Amount } from "@atlas/gen/atlas/money/v1/amount_pb";
import type { AssetTotals } from "@atlas/gen/atlas/operations/v1/operations_service_pb";

/** What a shard holds of an asset, in smallest units. */
interface Total {
  available: bigint;
  reserved: bigint;
  clearing: bigint;
  fees: bigint;
  deposited: bigint;
  withdrawn: bigint;
}

/** Totals of a shard by asset: with `clearing`, they sum to what was paid in less what was paid out (I1). */
export function assetTotals(state: OmsState): AssetTotals[] {
  const totals = new Map<string, Total>();
  for (const account of state.accounts.values()) {
    for (const { asset, availableMinor, reservedMinor } of account.balances()) {
      const total = totalOf(totals, asset);
      total.available += availableMinor;
      total.reserved += reservedMinor;
    }
  }
  for (const { asset, amountMinor } of state.totals.clearings()) totalOf(totals, asset).clearing += amountMinor;
  for (const { asset, feesMinor, depositedMinor, withdrawnMinor } of state.totals.assets()) {
    const total = totalOf(totals, asset);
    total.fees += feesMinor;
    total.deposited += depositedMinor;
    total.withdrawn += withdrawnMinor;
  }
  return sorted(totals).map(([asset, total]) => ({
    $typeName: "atlas.operations.v1.AssetTotals",
    asset,
    available: printAmount(total.available),
    reserved: printAmount(total.reserved),
    clearing: printAmount(total.clearing),
    fees: printAmount(total.fees),
    deposited: printAmount(total.deposited),
    withdrawn: printAmount(total.withdrawn),
  }));
}

/** What open orders can still cost and what is allotted, worked out anew: what `reserved` must be (I3). */
export function committed(state: OmsState): Amount[] {
  const sums = new Map<string, bigint>();
  const add = (asset: string, amount: bigint) => sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const order of state.orders.values()) {
    const listing = state.listing(order.terms.instrumentId);
    add(givenAsset(listing, order), reservationMinor(listing.instrument, exposureOf(order)));
  }
  for (const account of state.accounts.values()) {
    for (const { instrumentId, baseMinor, quoteMinor } of account.allotments()) {
      const { baseAsset, quoteAsset } = state.listing(instrumentId).instrument;
      add(baseAsset, baseMinor);
      add(quoteAsset, quoteMinor);
    }
  }
  return sorted(sums).map(([asset, amount]) => ({
    $typeName: "atlas.money.v1.Amount",
    asset,
    amount: printAmount(amount),
  }));
}

function totalOf(totals: Map<string, Total>, asset: string): Total {
  let total = totals.get(asset);
  if (total === undefined) {
    total = { available: 0n, reserved: 0n, clearing: 0n, fees: 0n, deposited: 0n, withdrawn: 0n };
    totals.set(asset, total);
  }
  return total;
}

function sorted<T>(byAsset: Map<string, T>): [string, T][] {
  return [...byAsset].sort(([left], [right]) => (left < right ? -1 : 1));
}
