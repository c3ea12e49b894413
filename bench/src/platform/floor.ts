import { setTimeout as sleep } from "node:timers/promises";
import { partitionOf } from "@atlas/domain/partition/partition";
import { type Limits, LimitsSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import type { ListBalancesResponse } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { type Instrument, InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type Amount, AmountSchema } from "@atlas/gen/atlas/money/v1/amount_pb";
import { type NewOrder, NewOrderSchema, OrderType, type Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Address, type Api, openApi } from "./api.ts";
import { nextRequestId } from "./request-id.ts";

/** Two accounts of different owners that trade one instrument with each other: every order meets its counterpart. */
export interface Pair {
  readonly instrumentId: string;
  readonly buyer: string;
  readonly seller: string;
}

/** What was paid into each account: enough for hundreds of millions of orders. */
const QUOTE_FUNDS = "100000000000";
const BASE_FUNDS = "1000000000";
const PRICE = "100";
const OMS_PARTITIONS = 16;
const VENUE_PARTITIONS = 8;
const MOST = 1_000_000;
/** Milliseconds between two tries of a read, and how many there are. */
const PAUSE = 1_000;
const MOST_TRIES = 60;

/** The order that every account of a floor sends: of one lot, at the one price. */
export function floorOrder(instrumentId: string, side: Side): NewOrder {
  return create(NewOrderSchema, { instrumentId, side, type: OrderType.LIMIT, quantity: "1", limitPrice: PRICE });
}

/** Names of pairs, each instrument and each account in another partition as long as there are any. */
export function floorPairs(name: string, count: number): Pair[] {
  return Array.from({ length: count }, (_, index) => ({
    instrumentId: idIn(index % VENUE_PARTITIONS, VENUE_PARTITIONS, `${name.toUpperCase()}${index}`, "-USD"),
    buyer: idIn((2 * index) % OMS_PARTITIONS, OMS_PARTITIONS, `${name}-buyer-${index}`, ""),
    seller: idIn((2 * index + 1) % OMS_PARTITIONS, OMS_PARTITIONS, `${name}-seller-${index}`, ""),
  }));
}

/** An instrument without simulated participants. */
export function floorInstrument(instrumentId: string): Instrument {
  const [baseAsset, quoteAsset] = instrumentId.split("-");
  return create(InstrumentSchema, {
    instrumentId,
    baseAsset,
    quoteAsset,
    tick: "0.01",
    lot: "1",
    minimumNotional: "1",
    maximumNotional: "10000000",
    defaultMaximumQuantity: "1000000",
    makerFee: "0.0002",
    takerFee: "0.0005",
    collar: "0.05",
    marketModel: MarketModel.NONE,
  });
}

/** What each account of a pair is given. */
export function floorFunds({ instrumentId, buyer, seller }: Pair): { accountId: string; amount: Amount }[] {
  const [base = "", quote = ""] = instrumentId.split("-");
  return [
    { accountId: buyer, amount: create(AmountSchema, { asset: quote, amount: QUOTE_FUNDS }) },
    { accountId: seller, amount: create(AmountSchema, { asset: base, amount: BASE_FUNDS }) },
  ];
}

/** As high as they go. */
export function floorLimits(): Limits {
  return create(LimitsSchema, {
    maximumNotional: "10000000",
    maximumOpenOrders: MOST,
    ordersPerSecond: MOST,
    orderBurst: MOST,
  });
}

/** Makes the instruments and the accounts of a floor by calls. */
export async function openFloor(address: Address, pairs: readonly Pair[]): Promise<void> {
  const api = openApi(address);
  try {
    for (const pair of pairs) {
      const instrument = floorInstrument(pair.instrumentId);
      await api.instruments.defineInstrument({ requestId: nextRequestId(), instrument });
      for (const { accountId, amount } of floorFunds(pair)) {
        await api.accounts.createAccount({ requestId: nextRequestId(), accountId, ownerId: accountId });
        await api.accounts.depositFunds({ requestId: nextRequestId(), accountId, amount });
        await api.accounts.setLimits({ requestId: nextRequestId(), accountId, limits: floorLimits() });
      }
    }
  } finally {
    api.close();
  }
}

/** An id that lies in a partition. */
export function idIn(partition: number, partitions: number, stem: string, end: string): string {
  for (let number = 0; ; number++) {
    const id = `${stem}X${number}${end}`;
    if (partitionOf(id, partitions) === partition) return id;
  }
}

/**
 * Checks that `filled` orders of each side, and no more, were filled once: every one moved one unit of the base asset, and
 * nothing is reserved. Answers what is wrong, a sentence each.
 */
export async function checkFloor(
  address: Address,
  pairs: readonly Pair[],
  filled: readonly number[],
): Promise<string[]> {
  const api = openApi(address);
  try {
    const wrong: string[] = [];
    for (const [index, { instrumentId, buyer, seller }] of pairs.entries()) {
      const base = instrumentId.split("-")[0] as string;
      const expected = filled[index] ?? 0;
      const bought = (await balanceOf(api, buyer, base, wrong)) ?? 0;
      const sold = Number(BASE_FUNDS) - ((await balanceOf(api, seller, base, wrong)) ?? 0);
      if (bought !== expected) wrong.push(`${buyer} has ${bought} fills of ${expected}`);
      if (sold !== expected) wrong.push(`${seller} has ${sold} fills of ${expected}`);
    }
    return wrong;
  } finally {
    api.close();
  }
}

/** What is available of an asset; `undefined`: it never had any. */
async function balanceOf(api: Api, accountId: string, asset: string, wrong: string[]): Promise<number | undefined> {
  const { balances } = await listed(api, accountId);
  for (const balance of balances) {
    if (Number(balance.reserved) !== 0) wrong.push(`${accountId} has ${balance.reserved} ${balance.asset} reserved`);
  }
  const found = balances.find((balance) => balance.asset === asset);
  return found === undefined ? undefined : Number(found.available);
}

/** A platform that was given more than it can take may need a while until it answers again. */
async function listed(api: Api, accountId: string): Promise<ListBalancesResponse> {
  for (let tries = 1; ; tries++) {
    try {
      return await api.accounts.listBalances({ accountId });
    } catch (error) {
      if (tries === MOST_TRIES || ConnectError.from(error).code !== Code.Unavailable) throw error;
      await sleep(PAUSE);
    }
  }
}
