import { partitionOf } from "@atlas/domain/partition/partition";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { OrderType, type Side } from "@atlas/gen/atlas/order/v1/order_pb";
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

/** The order that every account of a floor sends: of one lot, at the one price. */
export function floorOrder(instrumentId: string, side: Side) {
  return { instrumentId, side, type: OrderType.LIMIT, quantity: "1", limitPrice: PRICE };
}

/**
 * Defines instruments without simulated participants and makes pairs of accounts with raised limits, each instrument and
 * each account in another partition as long as there are any. `name` keeps two floors on one platform apart.
 */
export async function openFloor(address: Address, name: string, pairs: number): Promise<Pair[]> {
  const api = openApi(address);
  try {
    const made: Pair[] = [];
    for (let index = 0; index < pairs; index++) {
      const pair = {
        instrumentId: idIn(index % VENUE_PARTITIONS, VENUE_PARTITIONS, `${name.toUpperCase()}${index}`, "-USD"),
        buyer: idIn((2 * index) % OMS_PARTITIONS, OMS_PARTITIONS, `${name}-buyer-${index}`, ""),
        seller: idIn((2 * index + 1) % OMS_PARTITIONS, OMS_PARTITIONS, `${name}-seller-${index}`, ""),
      };
      await openPair(api, pair);
      made.push(pair);
    }
    return made;
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

async function openPair(api: Api, { instrumentId, buyer, seller }: Pair): Promise<void> {
  const [baseAsset = "", quoteAsset = ""] = instrumentId.split("-");
  await api.instruments.defineInstrument({
    requestId: nextRequestId(),
    instrument: {
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
      referencePrice: PRICE,
    },
  });
  await openAccount(api, buyer, quoteAsset, QUOTE_FUNDS);
  await openAccount(api, seller, baseAsset, BASE_FUNDS);
}

async function openAccount(api: Api, accountId: string, asset: string, amount: string): Promise<void> {
  await api.accounts.createAccount({ requestId: nextRequestId(), accountId, ownerId: accountId });
  await api.accounts.depositFunds({ requestId: nextRequestId(), accountId, amount: { asset, amount } });
  await api.accounts.setLimits({
    requestId: nextRequestId(),
    accountId,
    limits: { maximumNotional: "10000000", maximumOpenOrders: MOST, ordersPerSecond: MOST, orderBurst: MOST },
  });
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
  const { balances } = await api.accounts.listBalances({ accountId });
  for (const balance of balances) {
    if (Number(balance.reserved) !== 0) wrong.push(`${accountId} has ${balance.reserved} ${balance.asset} reserved`);
  }
  const found = balances.find((balance) => balance.asset === asset);
  return found === undefined ? undefined : Number(found.available);
}
