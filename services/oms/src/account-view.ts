import type { Account } from "@atlas/domain/account/account";
import type { Balance, Account as WireAccount } from "@atlas/gen/atlas/account/v1/account_pb";
import type { AccountView } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { wireLimits } from "@atlas/platform/wire/order/limits";
import { wireBalance, wirePosition } from "@atlas/platform/wire/order/wire-holding";
import { timestampOf } from "@atlas/platform/wire/time";

/** An account with all that belongs to it, as clients see it. */
export function accountView(account: Account): AccountView {
  return {
    $typeName: "atlas.operations.v1.AccountView",
    account: wireAccount(account),
    balances: account.balances().map(wireBalance),
    positions: account.positions().map(wirePosition),
    limits: wireLimits(account.limits),
  };
}

export function wireAccount({ accountId, ownerId, createTime }: Account): WireAccount {
  return { $typeName: "atlas.account.v1.Account", accountId, ownerId, createTime: timestampOf(createTime) };
}

/** What the account holds of an asset, without making it stand in the account's list. */
export function balanceOf(account: Account, asset: string): Balance {
  const availableMinor = account.availableMinor(asset);
  const reservedMinor = account.reservedMinor(asset);
  return wireBalance({ asset, availableMinor, reservedMinor });
}
