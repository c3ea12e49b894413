import { isDecimalRefusal, parseScaled, printScaled } from "@atlas/domain/money/decimal";
import { type Fill, type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import type { AtlasClient } from "../client/atlas-client.ts";
import { repeat } from "../client/repeat.ts";
import { collect } from "../verbs/pages.ts";
import { loadInstrument, loadQuantity } from "./load-terms.ts";
import type { OrderTable } from "./order-table.ts";
import { fundsFor } from "./prepare.ts";

/** What the platform says at the end, against what was sent. */
export interface Verdict {
  /** Requests without an order that is filled in full. */
  readonly lost: number;
  /** Orders or fills above one a request. */
  readonly doubled: number;
  /** Rules that do not hold, in words. */
  readonly broken: readonly string[];
}

interface AccountEnd {
  readonly accountId: string;
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly base: bigint;
  readonly quote: bigint;
  readonly reserved: bigint;
}

/** Reads orders, fills and balances of a run's accounts and compares them with the requests that were sent. */
export async function verify(
  atlas: AtlasClient,
  tables: ReadonlyMap<string, OrderTable>,
  retryFor: number,
): Promise<Verdict> {
  const ends: AccountEnd[] = [];
  for (const accountId of tables.keys()) ends.push(await readAccount(atlas, accountId, retryFor));
  let lost = 0;
  let doubled = 0;
  for (const end of ends) {
    const counted = count(end, tables.get(end.accountId) as OrderTable);
    lost += counted.lost;
    doubled += counted.doubled;
  }
  return { lost, doubled, broken: [...checkMatches(ends), ...checkMoney(ends, tables)] };
}

async function readAccount(atlas: AtlasClient, accountId: string, retryFor: number): Promise<AccountEnd> {
  const bound = Math.max(retryFor, 10_000);
  const page = { accountId, instrumentId: loadInstrument.instrumentId };
  const orders = await collect(Number.MAX_SAFE_INTEGER, (pageSize, pageToken) =>
    repeat(bound, async () => {
      const answer = await atlas.orders.listOrders({ ...page, pageSize, pageToken });
      return { entries: answer.orders, nextPageToken: answer.nextPageToken };
    }),
  );
  const fills = await collect(Number.MAX_SAFE_INTEGER, (pageSize, pageToken) =>
    repeat(bound, async () => {
      const answer = await atlas.orders.listFills({ ...page, pageSize, pageToken });
      return { entries: answer.fills, nextPageToken: answer.nextPageToken };
    }),
  );
  const { balances } = await repeat(bound, () => atlas.accounts.listBalances({ accountId }));
  const available = (asset: string) => units(balances.find((one) => one.asset === asset)?.available ?? "0");
  const reserved = balances.reduce((sum, balance) => sum + units(balance.reserved), 0n);
  const { baseAsset, quoteAsset } = loadInstrument;
  return { accountId, orders, fills, base: available(baseAsset), quote: available(quoteAsset), reserved };
}

/** Every request has one order, filled in full by one fill, and nothing else is there. */
function count({ orders, fills }: AccountEnd, table: OrderTable): { lost: number; doubled: number } {
  const filled = new Set<string>();
  const requests = new Set<string>();
  let doubled = 0;
  for (const order of orders) {
    if (requests.has(order.requestId)) doubled++;
    requests.add(order.requestId);
    if (order.status === OrderStatus.FILLED && order.cumulativeQuantity === loadQuantity) filled.add(order.requestId);
  }
  const sent = new Set(table.requestIds);
  for (const request of requests) if (!sent.has(request)) doubled++;
  const fillsOf = new Set<string>();
  for (const fill of fills) {
    if (fillsOf.has(fill.orderId)) doubled++;
    fillsOf.add(fill.orderId);
  }
  let lost = table.count - sent.size;
  for (const request of sent) if (!filled.has(request)) lost++;
  return { lost, doubled };
}

/** A trade has two sides, of equal price and quantity (I8). */
function checkMatches(ends: readonly AccountEnd[]): string[] {
  const sides = new Map<string, Fill[]>();
  for (const fill of ends.flatMap((end) => end.fills)) {
    const known = sides.get(fill.matchId);
    if (known === undefined) sides.set(fill.matchId, [fill]);
    else known.push(fill);
  }
  const broken = [...sides.values()].filter(([one, other, more]) => {
    const isPair = one !== undefined && other !== undefined && more === undefined;
    return !isPair || one.side === other.side || one.price !== other.price || one.quantity !== other.quantity;
  });
  return broken.length === 0 ? [] : [`${broken.length} trades do not have two equal sides`];
}

/** What was paid in is what is there, but for the fees; nothing stays reserved (I1, I3). */
function checkMoney(ends: readonly AccountEnd[], tables: ReadonlyMap<string, OrderTable>): string[] {
  const broken: string[] = [];
  const sum = (of: (end: AccountEnd) => bigint) => ends.reduce((total, end) => total + of(end), 0n);
  const fees = sum((end) => end.fills.reduce((total, fill) => total + units(fill.fee?.amount ?? "0"), 0n));
  const paidIn = (position: 0 | 1) =>
    [...tables.values()].reduce((total, table) => total + units(fundsFor(table.count)[position]?.amount ?? "0"), 0n);
  const compare = (what: string, found: bigint, expected: bigint) => {
    if (found !== expected) broken.push(`${what} is ${printScaled(found, 8)}, not ${printScaled(expected, 8)}`);
  };
  compare(
    `the sum of ${loadInstrument.baseAsset}`,
    sum((end) => end.base),
    paidIn(0),
  );
  compare(
    `the sum of ${loadInstrument.quoteAsset}`,
    sum((end) => end.quote),
    paidIn(1) - fees,
  );
  compare(
    "what is reserved",
    sum((end) => end.reserved),
    0n,
  );
  return broken;
}

function units(text: string): bigint {
  const found = parseScaled(text, 8);
  if (isDecimalRefusal(found)) throw new RangeError(`${text} is no amount`);
  return BigInt(found);
}
