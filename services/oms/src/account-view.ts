import type { Account } from "@atlas/domain/account/account";
import type { Position } from "@atlas/domain/account/position";
import { printAmount } from "@atlas/domain/money/amount";
import { SCALE_E8 } from "@atlas/domain/money/decimal";
import { divideNearest } from "@atlas/domain/money/divide";
import type { Balance, Account as WireAccount, Position as WirePosition } from "@atlas/gen/atlas/account/v1/account_pb";
import type { AccountView } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { wireLimits } from "@atlas/platform/wire/order/limits";
import { timestampOf } from "@atlas/platform/wire/time";

/** An account with all that belongs to it, as clients see it. */
export function accountView(account: Account): AccountView {
  return {
    $typeName: "atlas.operations.v1.AccountView",
    account: wireAccount(account),
    balances: account.balances().map(({ asset }) => balanceOf(account, asset)),
    positions: account.positions().map(wirePosition),
    limits: wireLimits(account.limits),
  };
}

export function wireAccount({ accountId, ownerId, createTime }: Account): WireAccount {
  return { $typeName: "atlas.account.v1.Account", accountId, ownerId, createTime: timestampOf(createTime) };
}

export function balanceOf(account: Account, asset: string): Balance {
  return {
    $typeName: "atlas.account.v1.Balance",
    asset,
    available: printAmount(account.availableMinor(asset)),
    reserved: printAmount(account.reservedMinor(asset)),
  };
}

/** The average price of what is held is rounded to the nearest 0.00000001. */
export function wirePosition(position: Position): WirePosition {
  const { instrumentId, quantityMinor, costMinor, realizedMinor, feesMinor } = position;
  const held = quantityMinor < 0n ? -quantityMinor : quantityMinor;
  return {
    $typeName: "atlas.account.v1.Position",
    instrumentId,
    quantity: printAmount(quantityMinor),
    averagePrice: held === 0n ? "" : printAmount(divideNearest(costMinor * SCALE_E8, held)),
    realizedProfit: printAmount(realizedMinor),
    fees: printAmount(feesMinor),
  };
}
