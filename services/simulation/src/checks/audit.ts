import type { GatewayProcess } from "@atlas/assembly/simulated/memory-platform";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { type Order, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { TradingFloor } from "../clients/trading-floor.ts";
import { e8 } from "../model/e8.ts";
import { type Levels, levelsOf, sameLevels, words } from "../model/levels.ts";
import type { LogModel } from "../model/log-model.ts";
import { isEnd, type ModelOrder, type OrderModel } from "../model/order-model.ts";
import { checkScreen } from "../model/screen-model.ts";
import { checkSession } from "../model/session-model.ts";

/** Holds everything that can be known of a platform at rest against the model of its log. */
export async function audit(floor: TradingFloor, model: LogModel): Promise<void> {
  const { platform, violations, clients } = floor;
  for (const failure of platform.failures) violations.check("S16", false, () => failure);
  clients.end(model.orders);
  model.funds.end(clients.requests);
  model.replaces.end(clients.requests);
  for (const screen of floor.screens) checkScreen(screen, model.eventsOf(screen.accountId), violations);
  for (const session of floor.sessions) checkSession(session, model.eventsOf(session.accountId), violations);
  for (const accountId of floor.accounts) {
    await checkBalances(floor, accountId, model);
    await checkOrders(floor, accountId, model);
    await checkHistory(floor, accountId, model);
  }
  await checkTotals(floor);
  for (const gateway of platform.gateways) {
    if (gateway.process.state === "RUNS") await checkBooks(floor, gateway, model);
  }
}

async function checkBalances(floor: TradingFloor, accountId: string, { ledger, orders }: LogModel): Promise<void> {
  const { violations } = floor;
  for (const { asset, available, reserved } of await floor.balances(accountId)) {
    const held = ledger.of(accountId, asset);
    const same = held.available === e8(available) && held.reserved === e8(reserved);
    const text = () => `${accountId} has ${available} and ${reserved} ${asset}; its postings make ${held.available}`;
    violations.check("I1", same, text);
    let sum = 0n;
    for (const { order, status } of orders.orders.values()) {
      if (order.accountId !== accountId || order.reserved?.asset !== asset || isEnd(status)) continue;
      sum += ledger.locked.get(order.orderId) ?? 0n;
    }
    violations.check("I3", sum === held.reserved, () => `${accountId} reserves ${held.reserved} ${asset} for ${sum}`);
  }
}

/** What the platform lists is what the log tells: no order lost, none doubled. */
async function checkOrders(floor: TradingFloor, accountId: string, { orders }: LogModel): Promise<void> {
  const { platform, violations } = floor;
  const listed = new Map<string, Order>();
  for (let pageToken = ""; ; ) {
    const page = await platform.run(platform.client(OrderService).listOrders({ accountId, pageSize: 50, pageToken }));
    for (const order of page.orders) {
      violations.check("D4", !listed.has(order.orderId), () => `${order.orderId} is listed twice`);
      listed.set(order.orderId, order);
    }
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  const due = [...orders.orders.values()].filter(({ order }) => order.accountId === accountId);
  violations.check(
    "D4",
    due.length === listed.size,
    () => `${accountId} has ${due.length} orders, lists ${listed.size}`,
  );
  for (const { order, status, version, cumulative } of due) {
    const one = listed.get(order.orderId);
    const same = one?.status === status && one.version === version && e8(one.cumulativeQuantity) === cumulative;
    violations.check("D4", same, () => `${order.orderId} is listed as ${one?.version}, the log has ${version}`);
  }
}

/** What the platform tells of an account's past is every posting that the log has, once, newest first (I4). */
async function checkHistory({ platform, violations }: TradingFloor, accountId: string, model: LogModel): Promise<void> {
  const told: string[] = [];
  for (let pageToken = ""; ; ) {
    const request = { accountId, pageSize: 100, pageToken };
    const page = await platform.run(platform.client(AccountService).listPostings(request));
    told.push(...page.postings.map(({ sequence }) => `${sequence}`));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  const due = model.eventsOf(accountId).flatMap(({ postings, sequence }) => postings.map(() => `${sequence}`));
  const text = () => `${accountId}'s history tells of ${told.length} postings, the log of ${due.length}`;
  violations.check("I4", told.join() === due.reverse().join(), text);
}

/** Clearing with each venue sums to zero over the shards, what is reserved is what is committed, and all decide by one version. */
async function checkTotals(floor: TradingFloor): Promise<void> {
  const { platform, violations } = floor;
  const { shards } = await platform.run(platform.client(OperationsService).getSystemState({}));
  for (const { shard, engineVersion } of shards) {
    const text = () => `${shard} decides by version ${engineVersion}, told was ${due}`;
    const due = floor.engineVersion;
    violations.check("S26", engineVersion === due, text);
  }
  const clearing = new Map<string, bigint>();
  for (const { shard, totals, committed } of shards) {
    for (const total of totals) {
      clearing.set(total.asset, (clearing.get(total.asset) ?? 0n) + e8(total.clearing));
      const held = e8(total.available) + e8(total.reserved) + e8(total.clearing) + e8(total.fees);
      const paid = e8(total.deposited) - e8(total.withdrawn);
      violations.check("I1", held === paid, () => `${shard} holds ${held} ${total.asset} of ${paid}`);
      const due = e8(committed.find(({ asset }) => asset === total.asset)?.amount ?? "");
      violations.check("I3", e8(total.reserved) === due, () => `${shard} reserves ${total.reserved} for ${due}`);
    }
  }
  for (const [asset, sum] of clearing) violations.check("I1", sum === 0n, () => `clearing of ${asset} is ${sum}`);
}

/** The book of a market of clients alone is what their open orders make it, and as new as the log (I11). */
async function checkBooks(
  floor: TradingFloor,
  gateway: GatewayProcess,
  { orders, market: logged }: LogModel,
): Promise<void> {
  const { violations, platform } = floor;
  const market = gateway.client(MarketService);
  for (const instrumentId of ["ETH-USD", "ETH-BTC"]) {
    const { book } = await platform.run(market.getBook({ instrumentId, depth: 1_000 }));
    for (const [side, levels] of [
      [Side.BUY, book?.bids],
      [Side.SELL, book?.asks],
    ] as const) {
      const due = openLevels(orders, instrumentId, side);
      const shown = levelsOf(levels ?? []);
      const text = () =>
        `${instrumentId} ${side === Side.BUY ? "bids" : "asks"}: ${gateway.process.name} shows ${words(shown)}, due ${words(due)}`;
      violations.check("I11", sameLevels(shown, due), text);
    }
    const last = logged.sequence(instrumentId);
    const text = () => `${instrumentId} is at ${last} on the log, shown at ${book?.sequence}`;
    violations.check("I11", (book?.sequence ?? 0n) === last, text);
  }
}

function openLevels({ orders }: OrderModel, instrumentId: string, side: Side): Levels {
  const levels: Levels = new Map();
  for (const one of orders.values()) {
    if (one.order.instrumentId !== instrumentId || one.order.side !== side || !rests(one)) continue;
    levels.set(one.limit, (levels.get(one.limit) ?? 0n) + one.leaves);
  }
  return levels;
}

function rests({ status }: ModelOrder): boolean {
  return status === OrderStatus.LIVE || status === OrderStatus.PARTIALLY_FILLED;
}
