import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { Code } from "@connectrpc/connect";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type AtlasClient, atlasClient } from "./client/atlas-client.ts";
import { requestId } from "./client/request-id.ts";
import { type OpenStream, openSession, openSubscription } from "./testing/open-streams.ts";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";
import { openRoads, type Roads } from "./testing/roads.ts";
import { type MadeKey, makeKey, makeUser, signInByLink, until } from "./testing/users.ts";

/** "Within seconds" (I26), in milliseconds. */
const ENDS_WITHIN = 3_000;
const ACCOUNTS = ["ann", "bob"] as const;

const folder = newFolder("streams");
const keys = new Map<string, MadeKey>();
const clients = new Map<string, AtlasClient>();
let platform: PlatformProcess;
let atlas: AtlasClient;
let roads: Roads;
let streams: OpenStream[] = [];

beforeAll(async () => {
  platform = await startPlatformProcess({ folder });
  atlas = atlasClient(platform.url, platform.key);
  roads = openRoads(platform.url);
  for (const name of ACCOUNTS) {
    await atlas.accounts.createAccount({ requestId: requestId(), accountId: name, ownerId: name });
    for (const [asset, amount] of [
      ["USD", "100000"],
      ["BTC", "10"],
    ] as const) {
      await atlas.accounts.depositFunds({ requestId: requestId(), accountId: name, amount: { asset, amount } });
    }
    const key = await makeUser(atlas, name, [], [{ accountId: name, role: Role.TRADER }]);
    keys.set(name, key);
    clients.set(name, atlasClient(platform.url, key.secret));
  }
});

afterEach(() => {
  for (const stream of streams) stream.close();
  streams = [];
});

afterAll(async () => {
  roads?.close();
  for (const client of [atlas, ...clients.values()]) client?.close();
  await platform?.stop();
  removeFolder(folder);
});

/** Subscriptions on every road and sessions on those that can; with a cursor sessions hear of all the account's orders. */
function openAll(secret: string, accountId: string, cursor = ""): OpenStream[] {
  const opened = [
    ...roads.all.map((road) => openSubscription(`Subscribe by ${road.name}`, road.transport(secret), accountId)),
    ...roads.duplex.map((road) => openSession(`Trade by ${road.name}`, road.transport(secret), accountId, cursor)),
  ];
  streams.push(...opened);
  return opened;
}

async function allOpen(opened: readonly OpenStream[]): Promise<void> {
  await until("every stream says something", () =>
    opened.every(({ messages, ended }) => messages.length > 0 && !ended),
  );
}

async function submit(name: string, side: Side, limitPrice: string): Promise<Order> {
  const order = { instrumentId: "BTC-USD", side, type: OrderType.LIMIT, quantity: "0.01", limitPrice };
  const answer = await clients.get(name)?.orders.submitOrder({ requestId: requestId(), accountId: name, order });
  return answer?.order as Order;
}

describe("D12: nobody receives what is another's", () => {
  test("two users, on every kind of stream, trade at once, and each hears of itself alone", async () => {
    const opened = new Map<string, OpenStream[]>();
    for (const name of ACCOUNTS) {
      const { cursor } = await atlas.accounts.listBalances({ accountId: name });
      opened.set(name, openAll(keys.get(name)?.secret ?? "", name, cursor));
    }
    await allOpen([...opened.values()].flat());
    const orderIds = new Map<string, string[]>();
    for (const name of ACCOUNTS) {
      // One that rests, and one that trades at once with the simulated market.
      const orders = [await submit(name, Side.BUY, "100"), await submit(name, Side.BUY, "51000")];
      orderIds.set(
        name,
        orders.map(({ orderId }) => orderId),
      );
    }
    for (const name of ACCOUNTS) {
      const own = orderIds.get(name) ?? [];
      await until(`${name} hears of its orders`, () =>
        (opened.get(name) ?? []).every(({ messages }) => own.every((id) => messages.some((text) => text.includes(id)))),
      );
    }
    for (const [name, other] of [ACCOUNTS, ACCOUNTS.toReversed()]) {
      const foreign = [...(orderIds.get(other ?? "") ?? []), `"${other}"`];
      for (const { messages, name: stream } of opened.get(name ?? "") ?? []) {
        const heard = foreign.filter((text) => messages.some((message) => message.includes(text)));
        expect([name, stream, heard]).toEqual([name, stream, []]);
      }
    }
  });

  test("another's account is not found, by any road", async () => {
    const opened = openAll(keys.get("ann")?.secret ?? "", "bob");
    await until("all end", () => opened.every(({ ended }) => ended !== undefined));
    expect(opened.map(({ name, messages, ended }) => [name, messages.length, ended?.code])).toEqual(
      opened.map(({ name }) => [name, 0, Code.NotFound]),
    );
  });
});

describe("D13: many tabs of one user", () => {
  test("each goes on, and each hears of everything", async () => {
    const secret = keys.get("ann")?.secret ?? "";
    const tabs = [1, 2, 3, 4].flatMap(() => openAll(secret, "ann"));
    await allOpen(tabs);
    const { orderId } = await submit("ann", Side.BUY, "101");
    const subscriptions = tabs.filter(({ name }) => name.startsWith("Subscribe"));
    await until("every tab hears of the order", () =>
      subscriptions.every(({ messages }) => messages.some((text) => text.includes(orderId))),
    );
    expect(tabs.filter(({ ended }) => ended !== undefined).map(({ name }) => name)).toEqual([]);
  });
});

describe("I26: what ends a credential ends its streams and sessions within 3 s, on every road", () => {
  const ends: readonly [what: string, open: () => Promise<string>, end: () => Promise<unknown>][] = [
    [
      "a key is revoked",
      async () => {
        const key = await makeKey(atlas, "ann");
        keys.set("revoked", key);
        return key.secret;
      },
      () => atlas.identity.revokeApiKey({ keyId: keys.get("revoked")?.keyId ?? "" }),
    ],
    ["a key expires", async () => (await makeKey(atlas, "ann", 3_000)).secret, async () => undefined],
    [
      "a user logs out",
      async () => {
        const token = await signInByLink(atlas, "ann");
        clients.set("session", atlasClient(platform.url, token));
        return token;
      },
      async () => clients.get("session")?.identity.logOut({}),
    ],
    [
      "a grant is taken back",
      () => secretOf("carol"),
      () => atlas.identity.revokeAccountGrant({ userId: "carol", grant: { accountId: "ann", role: Role.TRADER } }),
    ],
    ["a user is disabled", () => secretOf("dave"), () => atlas.identity.disableUser({ userId: "dave" })],
  ];

  async function secretOf(userId: string): Promise<string> {
    return (await makeUser(atlas, userId, [], [{ accountId: "ann", role: Role.TRADER }])).secret;
  }

  test.each(ends)("%s", async (what, open, end) => {
    const secret = await open();
    const opened = openAll(secret, "ann");
    const bystanders = openAll(keys.get("ann")?.secret ?? "", "ann");
    await allOpen([...opened, ...bystanders]);
    const began = performance.now();
    await end();
    await until(`${what}: all end`, () => opened.every(({ ended }) => ended !== undefined));
    const longest = Math.max(...opened.map(({ ended }) => (ended?.at ?? 0) - began));
    console.log(`${what}: the last of ${opened.length} streams ended ${Math.round(longest)} ms later`);
    expect(opened.map(({ name, ended }) => [name, ended?.code])).toEqual(
      opened.map(({ name }) => [name, Code.Unauthenticated]),
    );
    // A key that expires was made a moment before.
    expect(longest).toBeLessThan(what === "a key expires" ? 3_000 + ENDS_WITHIN : ENDS_WITHIN);
    expect(bystanders.filter(({ ended }) => ended !== undefined)).toEqual([]);
  });
});
