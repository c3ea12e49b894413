import type { Account } from "@atlas/domain/account/account";
import type { OmsState } from "@atlas/domain/oms/oms-state";
import { AccountsImageCodec } from "@atlas/gen/atlas/log/v1/order_image_codec";
import type { AccountImage, OrderImage } from "@atlas/gen/atlas/log/v1/order_image_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { readOrder, writeOrder } from "./order-image.ts";

/** A bucket of accounts as bytes, by account id: equal states give equal bytes. */
export function copyAccounts(state: OmsState, bucket: number): Uint8Array {
  const accounts = [...(state.buckets[bucket] ?? [])];
  accounts.sort((left, right) => (left.accountId < right.accountId ? -1 : 1));
  return encode(AccountsImageCodec, {
    $typeName: "atlas.log.v1.AccountsImage",
    accounts: accounts.map(writeAccount),
  });
}

export function restoreAccounts(state: OmsState, bytes: Uint8Array): void {
  for (const image of decode(AccountsImageCodec, bytes).accounts) readAccount(state, image);
}

function writeAccount(account: Account): AccountImage {
  const { limits } = account;
  return {
    $typeName: "atlas.log.v1.AccountImage",
    accountId: account.accountId,
    ownerId: account.ownerId,
    createTime: BigInt(account.createTime),
    rateMark: BigInt(account.rateMark),
    maximumNotionalMinor: String(limits.maximumNotionalMinor),
    maximumOpenOrders: limits.maximumOpenOrders,
    ordersPerSecond: limits.ordersPerSecond,
    orderBurst: limits.orderBurst,
    quantityLimits: limits.quantityLimits.map(({ instrumentId, maximumMinor }) => ({
      $typeName: "atlas.log.v1.QuantityLimitImage",
      instrumentId,
      maximumMinor: String(maximumMinor),
    })),
    ...writeHoldings(account),
    orders: writeOrders(account),
  };
}

function writeHoldings(account: Account): Pick<AccountImage, "balances" | "positions" | "allotments"> {
  return {
    balances: account.balances().map(({ asset, availableMinor, reservedMinor }) => ({
      $typeName: "atlas.log.v1.BalanceImage",
      asset,
      availableMinor: String(availableMinor),
      reservedMinor: String(reservedMinor),
    })),
    positions: account.positions().map((position) => ({
      $typeName: "atlas.log.v1.PositionImage",
      instrumentId: position.instrumentId,
      quantityMinor: String(position.quantityMinor),
      costMinor: String(position.costMinor),
      realizedMinor: String(position.realizedMinor),
      feesMinor: String(position.feesMinor),
    })),
    allotments: account.allotments().map(({ instrumentId, baseMinor, quoteMinor }) => ({
      $typeName: "atlas.log.v1.AllotmentImage",
      instrumentId,
      baseMinor: String(baseMinor),
      quoteMinor: String(quoteMinor),
    })),
  };
}

function writeOrders(account: Account): OrderImage[] {
  const orders: OrderImage[] = [];
  for (let order = account.firstOrder; order !== undefined; order = order.next) orders.push(writeOrder(order));
  return orders;
}

function readAccount(state: OmsState, image: AccountImage): void {
  const account = state.addAccount(image.accountId, image.ownerId, Number(image.createTime));
  account.rateMark = Number(image.rateMark);
  account.limits = {
    maximumNotionalMinor: BigInt(image.maximumNotionalMinor),
    maximumOpenOrders: image.maximumOpenOrders,
    ordersPerSecond: image.ordersPerSecond,
    orderBurst: image.orderBurst,
    quantityLimits: image.quantityLimits.map(({ instrumentId, maximumMinor }) => ({
      instrumentId,
      maximumMinor: BigInt(maximumMinor),
    })),
  };
  readHoldings(account, image);
  for (const orderImage of image.orders) {
    const order = readOrder(orderImage, image.accountId);
    account.add(order);
    state.orders.set(orderImage.orderId, order);
  }
}

function readHoldings(account: Account, image: AccountImage): void {
  for (const { asset, availableMinor, reservedMinor } of image.balances) {
    const balance = account.balance(asset);
    balance.availableMinor = BigInt(availableMinor);
    balance.reservedMinor = BigInt(reservedMinor);
  }
  for (const { instrumentId, quantityMinor, costMinor, realizedMinor, feesMinor } of image.positions) {
    account.setPosition({
      instrumentId,
      quantityMinor: BigInt(quantityMinor),
      costMinor: BigInt(costMinor),
      realizedMinor: BigInt(realizedMinor),
      feesMinor: BigInt(feesMinor),
    });
  }
  for (const { instrumentId, baseMinor, quoteMinor } of image.allotments) {
    account.setAllotment({ instrumentId, baseMinor: BigInt(baseMinor), quoteMinor: BigInt(quoteMinor) });
  }
}
