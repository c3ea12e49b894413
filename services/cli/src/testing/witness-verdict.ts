import { setTimeout as sleep } from "node:timers/promises";
import { parseScaled, printScaled } from "@atlas/domain/money/decimal";
import { type Balance, BalanceSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import { type Fill, FillSchema, type Order, OrderSchema, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { equals } from "@bufbuild/protobuf";
import { requestId } from "../client/request-id.ts";
import { collect } from "../verbs/pages.ts";
import { type Submitted, WITNESS_ACCOUNTS, WITNESS_BASE, WITNESS_QUOTE, type Witness } from "./witness.ts";

/** A stream is at most so far behind what reads answer, milliseconds. */
const STREAM_LAG = 10_000;
/** Of a difference that is told, characters. */
const LONGEST_LINE = 2_000;
const FINAL: readonly OrderStatus[] = [
  OrderStatus.FILLED,
  OrderStatus.CANCELED,
  OrderStatus.REJECTED,
  OrderStatus.EXPIRED,
];

/** What RPCs answer of the witness's accounts. */
interface State {
  readonly orders: ReadonlyMap<string, Order>;
  readonly fills: ReadonlyMap<string, Fill>;
  readonly balances: ReadonlyMap<string, Balance>;
}

/** Cancels what is open, compares everything the witness was told with what the platform says, and tells what differs. */
export async function witnessVerdict(witness: Witness): Promise<string[]> {
  await closeAll(witness);
  const state = await readState(witness);
  const broken = [
    ...witness.broken,
    ...witness.watch.broken,
    ...checkRequests(witness.submitted, state),
    ...checkOrders(state),
    ...checkMatches(state),
    ...checkBalances(witness, state),
    ...(await checkStream(witness, state)),
  ];
  for (const submitted of witness.submitted) broken.push(...(await checkRepeat(witness, submitted)));
  const after = await readState(witness);
  if (after.orders.size !== state.orders.size) broken.push("repeated requests made orders");
  return broken;
}

async function closeAll(witness: Witness): Promise<void> {
  for (const accountId of WITNESS_ACCOUNTS) {
    await witness.atlas.orders.cancelOrders({ requestId: requestId(), accountId });
    const deadline = Date.now() + 10_000;
    while ((await witness.atlas.orders.listOrders({ accountId, openOnly: true })).orders.length > 0) {
      if (Date.now() > deadline) throw new Error(`orders of ${accountId} stay open`);
      await sleep(50);
    }
  }
}

async function readState({ atlas }: Witness): Promise<State> {
  const orders: Order[] = [];
  const fills: Fill[] = [];
  const balances = new Map<string, Balance>();
  for (const accountId of WITNESS_ACCOUNTS) {
    const ordersOf = (pageSize: number, pageToken: string) =>
      atlas.orders
        .listOrders({ accountId, pageSize, pageToken })
        .then(({ orders, nextPageToken }) => ({ entries: orders, nextPageToken }));
    const fillsOf = (pageSize: number, pageToken: string) =>
      atlas.orders
        .listFills({ accountId, pageSize, pageToken })
        .then(({ fills, nextPageToken }) => ({ entries: fills, nextPageToken }));
    orders.push(...(await collect(Number.MAX_SAFE_INTEGER, ordersOf)));
    fills.push(...(await collect(Number.MAX_SAFE_INTEGER, fillsOf)));
    for (const balance of (await atlas.accounts.listBalances({ accountId })).balances) {
      balances.set(`${accountId} ${balance.asset}`, balance);
    }
  }
  return { orders: unique(orders, "orderId"), fills: unique(fills, "executionId"), balances };
}

function unique<K extends string, T extends { readonly [name in K]: string }>(list: T[], key: K): Map<string, T> {
  const map = new Map(list.map((one) => [one[key] as string, one]));
  if (map.size !== list.length) throw new Error(`a list shows ${list.length - map.size} entries twice`);
  return map;
}

/** I6, I7: every request has the outcome that was told, and no order is there that nobody asked for. */
function checkRequests(submitted: readonly Submitted[], { orders }: State): string[] {
  const broken: string[] = [];
  const told = new Set<string>();
  for (const { request, told: answer } of submitted) {
    if (answer.orderId === "") {
      broken.push(`request ${request.requestId} was refused for ${answer.reason} and not kept`);
      continue;
    }
    if (told.has(answer.orderId)) broken.push(`order ${answer.orderId} was told for two requests`);
    told.add(answer.orderId);
    const order = orders.get(answer.orderId);
    if (order?.requestId !== request.requestId) {
      broken.push(`order ${answer.orderId} is not that of ${request.requestId}`);
      continue;
    }
    const isRejected = order.status === OrderStatus.REJECTED;
    if (answer.order === undefined && !isRejected) broken.push(`${answer.orderId} was refused, and is there`);
    if (answer.order !== undefined && answer.order.version > order.version) {
      broken.push(`${answer.orderId} went back from version ${answer.order.version} to ${order.version}`);
    }
    if (answer.order !== undefined && FINAL.includes(answer.order.status) && answer.order.status !== order.status) {
      broken.push(`${answer.orderId} left a final state`);
    }
  }
  for (const orderId of orders.keys()) if (!told.has(orderId)) broken.push(`nobody asked for order ${orderId}`);
  return broken;
}

/** I5, D7: filled and canceled make up the quantity; the fills of an order are what it says is filled. */
function checkOrders({ orders, fills }: State): string[] {
  const filled = new Map<string, bigint>();
  for (const fill of fills.values()) {
    filled.set(fill.orderId, (filled.get(fill.orderId) ?? 0n) + units(fill.quantity));
  }
  return [...orders.values()].flatMap((order) => {
    const { orderId, quantity, cumulativeQuantity, leavesQuantity, canceledQuantity } = order;
    const broken: string[] = [];
    if (!FINAL.includes(order.status)) broken.push(`${orderId} is still open`);
    const sum = units(cumulativeQuantity) + units(leavesQuantity) + units(canceledQuantity);
    if (sum !== units(quantity)) broken.push(`${orderId}: its parts are not its quantity`);
    if ((filled.get(orderId) ?? 0n) !== units(cumulativeQuantity)) broken.push(`${orderId}: its fills are not its sum`);
    return broken;
  });
}

/** I8: a trade has two sides, of equal price and quantity. */
function checkMatches({ fills }: State): string[] {
  const matches = new Map<string, Fill[]>();
  for (const fill of fills.values()) matches.set(fill.matchId, [...(matches.get(fill.matchId) ?? []), fill]);
  return [...matches].flatMap(([matchId, [one, other, more]]) => {
    const isPair = one !== undefined && other !== undefined && more === undefined && one.side !== other.side;
    return isPair && one.price === other.price && one.quantity === other.quantity ? [] : [`${matchId} is no pair`];
  });
}

/** I1, D2: what was paid in, and what fills did, is what is there; nothing stays reserved. */
function checkBalances({ moved }: Witness, { fills, orders, balances }: State): string[] {
  const expected = new Map<string, bigint>();
  const add = (accountId: string, asset: string, amount: bigint) => {
    const key = `${accountId} ${asset}`;
    expected.set(key, (expected.get(key) ?? 0n) + amount);
  };
  for (const { accountId, asset, amount } of moved) add(accountId, asset, BigInt(amount) * units("1"));
  for (const fill of fills.values()) {
    const accountId = orders.get(fill.orderId)?.accountId ?? "";
    const sign = fill.side === Side.BUY ? 1n : -1n;
    const quote = (units(fill.quantity) * units(fill.price)) / units("1");
    add(accountId, WITNESS_BASE, sign * units(fill.quantity));
    add(accountId, WITNESS_QUOTE, -sign * quote - units(fill.fee?.amount ?? "0"));
  }
  return [...expected].flatMap(([key, amount]) => {
    const found = balances.get(key);
    if (found !== undefined && units(found.available) === amount && units(found.reserved) === 0n) return [];
    return [`${key}: ${found?.available} and ${found?.reserved} reserved, not ${printScaled(amount, 8)}`];
  });
}

/** I19, S15: what the stream told, through all its breaks, is what reads answer. */
async function checkStream({ watch }: Witness, state: State): Promise<string[]> {
  const differences = () => [
    ...differ("order", watch.orders, state.orders, (one, other) => equals(OrderSchema, one, other)),
    ...differ("fill", watch.fills, state.fills, (one, other) => equals(FillSchema, one, other)),
    ...differ("balance", watch.balances, state.balances, (one, other) => equals(BalanceSchema, one, other)),
  ];
  const deadline = Date.now() + STREAM_LAG;
  while (differences().length > 0 && Date.now() < deadline) await sleep(50);
  return differences();
}

function differ<T>(
  what: string,
  told: ReadonlyMap<string, T>,
  read: ReadonlyMap<string, T>,
  isSame: (one: T, other: T) => boolean,
): string[] {
  const keys = new Set([...told.keys(), ...read.keys()]);
  return [...keys].flatMap((key) => {
    const [one, other] = [told.get(key), read.get(key)];
    if (one !== undefined && other !== undefined && isSame(one, other)) return [];
    return [`the stream told ${what} ${key} as ${text(one)}, a read says ${text(other)}`.slice(0, LONGEST_LINE)];
  });
}

/** I6, I7: the same request once more is answered as it was. */
async function checkRepeat(witness: Witness, { request, told }: Submitted): Promise<string[]> {
  const again = await witness.submit(request);
  const isSame = again.orderId === told.orderId && again.reason === told.reason;
  return isSame ? [] : [`${request.requestId} was ${text(told)}, and is ${text(again)} when asked again`];
}

function text(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}

function units(decimal: string): bigint {
  const found = parseScaled(decimal, 8);
  if (typeof found !== "bigint" && typeof found !== "number") throw new Error(`${decimal} is no amount`);
  return BigInt(found);
}
