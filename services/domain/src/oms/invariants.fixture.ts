import { expect } from "vitest";
import type { Account } from "../account/account.ts";
import type { OpenOrder } from "../order/open-order.ts";
import { isFinal } from "../order/order-status.ts";
import type { Exchange } from "./exchange.fixture.ts";
import type { OmsState } from "./oms-state.ts";

/** Everything that must hold of a shard between two inputs, worked out anew from its parts. */
export function checkShard(state: OmsState): void {
  for (const account of state.accounts.values()) checkAccount(state, account);
  for (const [asset, sum] of sumsOf(state)) expect([asset, sum]).toEqual([asset, 0n]);
}

/** And of the shards together, once nothing is on its way: what lies between them nets to nothing (I1). */
export function checkSettled(exchange: Exchange): void {
  const clearing = new Map<string, bigint>();
  for (const state of exchange.shards) {
    checkShard(state);
    for (const { asset, amountMinor } of state.totals.clearings()) {
      clearing.set(asset, (clearing.get(asset) ?? 0n) + amountMinor);
    }
  }
  for (const [asset, sum] of clearing) expect([asset, sum]).toEqual([asset, 0n]);
}

/** Per asset: accounts + clearing + fees + withdrawals - deposits. */
function sumsOf(state: OmsState): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (asset: string, amount: bigint) => sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const account of state.accounts.values()) {
    for (const balance of account.balances()) add(balance.asset, balance.availableMinor + balance.reservedMinor);
  }
  for (const { asset, amountMinor } of state.totals.clearings()) add(asset, amountMinor);
  for (const total of state.totals.assets())
    add(total.asset, total.feesMinor + total.withdrawnMinor - total.depositedMinor);
  return sums;
}

function checkAccount(state: OmsState, account: Account): void {
  const reserved = new Map<string, bigint>();
  const add = (asset: string, amount: bigint) => reserved.set(asset, (reserved.get(asset) ?? 0n) + amount);
  let count = 0;
  let before: OpenOrder | undefined;
  for (let order = account.firstOrder; order !== undefined; order = order.next) {
    expect(order.previous).toBe(before);
    expect(order.terms.acceptedSequence).toBeGreaterThan(before?.terms.acceptedSequence ?? 0);
    checkOrder(state, order);
    const { baseAsset, quoteAsset } = state.listing(order.terms.instrumentId).instrument;
    add(order.terms.side === "BUY" ? quoteAsset : baseAsset, order.reservedMinor);
    before = order;
    count++;
  }
  expect(account.openOrders).toBe(count);
  for (const { instrumentId, baseMinor, quoteMinor } of account.allotments()) {
    add(state.listing(instrumentId).instrument.baseAsset, baseMinor);
    add(state.listing(instrumentId).instrument.quoteAsset, quoteMinor);
  }
  for (const balance of account.balances()) {
    expect(balance.availableMinor >= 0n && balance.reservedMinor >= 0n).toBe(true);
    expect(balance.reservedMinor).toBe(reserved.get(balance.asset) ?? 0n);
  }
}

function checkOrder(state: OmsState, order: OpenOrder): void {
  expect(isFinal(order.status)).toBe(false);
  expect(order.cumulativeLots + order.leavesLots + order.canceledLots).toBe(order.quantityLots);
  expect(order.reservedMinor).toBe(naiveCost(state, order));
}

/** What an order can still cost, by trying how much of it may trade before a replace that is on its way takes effect. */
function naiveCost(state: OmsState, order: OpenOrder): bigint {
  const { terms, leavesLots, replaceVersion, replaceQuantityLots } = order;
  const { instrument } = state.listing(terms.instrumentId);
  const replaced = replaceVersion > 0 ? replaceQuantityLots - order.cumulativeLots - order.canceledLots : 0;
  if (terms.side === "SELL") return BigInt(Math.max(leavesLots, replaced)) * BigInt(instrument.lotMinor);
  const now = BigInt(order.limitPriceTicks || terms.protectionPriceTicks);
  const then = BigInt(order.replaceLimitPriceTicks || terms.protectionPriceTicks);
  let most = 0n;
  for (const before of [0, leavesLots]) {
    const after = Math.max(0, replaced - before);
    const cost = BigInt(before) * now + BigInt(after) * then;
    if (cost > most) most = cost;
  }
  const notional = most * instrument.notionalPerTickLot;
  const worst = terms.makerRateE8 > terms.takerRateE8 ? terms.makerRateE8 : terms.takerRateE8;
  const accrued = order.feeAccruedE16 + (worst > 0n ? worst : 0n) * notional;
  return notional + (accrued > 0n ? (accrued + 99_999_999n) / 100_000_000n : accrued / 100_000_000n) - order.feesMinor;
}
