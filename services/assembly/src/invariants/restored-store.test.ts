import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { StoreItem } from "@atlas/platform/ports/store";
import { expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk } from "../testing/desk.ts";

/** Longer than a shard remembers ids, in log time. */
const FORGOTTEN = 360_000;

type Everything = ReadonlyMap<string, readonly StoreItem[]>;

/** An order that is filled by half, and one that is canceled. */
async function trade(platform: MemoryPlatform, [buyer, seller]: readonly [Desk, Desk], price: string): Promise<void> {
  await platform.run(buyer.submit({ limitPrice: price, quantity: "2" }));
  await platform.clock.advance(500);
  await platform.run(seller.submit({ side: Side.SELL, limitPrice: price, quantity: "1" }));
  await platform.clock.advance(500);
  const { orderId } = await platform.run(seller.submit());
  await platform.run(seller.cancel(orderId));
}

/** All that clients can ask of these accounts, open or long closed. */
async function answers(platform: MemoryPlatform, desks: readonly Desk[]): Promise<unknown> {
  const [orders, accounts] = [platform.client(OrderService), platform.client(AccountService)];
  const told: unknown[] = [];
  for (const { accountId } of desks) {
    const page = { accountId, pageSize: 1_000 };
    told.push((await platform.run(orders.listOrders(page))).orders);
    told.push((await platform.run(orders.listFills(page))).fills);
    told.push((await platform.run(accounts.listPostings(page))).postings);
    told.push((await platform.run(accounts.listBalances({ accountId }))).balances);
  }
  return told;
}

/** Images stand, and nothing says through where their shards' messages have left. */
function withoutOutputs(everything: Everything): Everything {
  return new Map([...everything].map(([table, items]) => [table, items.filter(({ sort }) => sort !== "outputs")]));
}

test.each<[string, (backup: Everything, last: Everything) => Everything]>([
  ["an earlier moment", (backup) => backup],
  ["nothing", () => new Map()],
  ["what it was, but for output positions,", (_, last) => withoutOutputs(last)],
])(
  "I21, S18, S20: a store that was restored to %s is brought up to the log, ids of requests too",
  async (_, earlier) => {
    const platform = await new MemoryPlatform({ imagePace: { changes: 5, milliseconds: 500 } }).start();
    const ada = new Desk(platform, await platform.account("ada", { USD: "1000000", ETH: "50" }));
    const bob = new Desk(platform, await platform.account("bob", { USD: "1000000", ETH: "50" }));
    await trade(platform, [ada, bob], "2100");
    await platform.clock.advance(3_000);
    const { store } = platform.world;
    const backup = store.everything();
    await trade(platform, [ada, bob], "2200");
    const requestId = ada.newId();
    const { orderId } = await platform.run(ada.submit({ limitPrice: "1900" }, requestId));
    await platform.run(ada.cancel(orderId));
    await platform.clock.advance(FORGOTTEN);
    await trade(platform, [bob, ada], "2300");
    await platform.clock.advance(3_000);
    const told = await answers(platform, [ada, bob]);
    platform.leader()?.process.kill();
    platform.gateways[0]?.process.kill();
    store.restore(earlier(backup, store.everything()));
    await platform.startOwner();
    await platform.startGateway();
    await platform.clock.advance(3_000);
    expect(await answers(platform, [ada, bob])).toEqual(told);
    expect((await platform.run(ada.submit({ limitPrice: "1900" }, requestId))).orderId).toBe(orderId);
    expect(await answers(platform, [ada, bob])).toEqual(told);
    const usd = await platform.run(ada.holds("USD"));
    await trade(platform, [ada, bob], "2400");
    await platform.clock.advance(3_000);
    expect(await platform.run(ada.holds("USD"))).not.toBe(usd);
    expect(platform.failures).toEqual([]);
  },
);
