import { partitionOf } from "@atlas/domain/partition/partition";
import type { GatewayContext } from "@atlas/gateway/context";
import { type Gateway, openGateway } from "@atlas/gateway/gateway";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { inProcessTransport } from "@atlas/platform/access/in-process-transport";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { beforeEach, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";

let platform: GatewayPlatform;
/** Shards that the gateway under test cannot reach. */
let away: Set<string>;
/** Ends each stream of a shard that is away. */
let cuts: (() => void)[];
/** What that gateway's start came to. */
let started: string;
let ada: string;
let bob: string;

beforeEach(async () => {
  platform = await new GatewayPlatform().start();
  ada = await platform.account({ USD: "100" });
  do bob = await platform.account({ USD: "100" });
  while (shardOf(bob) === shardOf(ada));
  started = "";
  cuts = [];
});

const shardOf = (accountId: string) => `oms/${partitionOf(accountId, 16)}`;

/** A gateway that starts while shards are away. */
async function startWithout(...shards: string[]): Promise<{ gateway: Gateway; handlers: readonly UniversalHandler[] }> {
  away = new Set(shards);
  const directory: ShardDirectory = {
    client(shard) {
      const real = platform.shards.client(shard);
      const gone = () => notReady(`${shard} is away`);
      return {
        read: (request, deadline) => (away.has(shard) ? Promise.reject(gone()) : real.read(request, deadline)),
        resend: (request, deadline) => real.resend(request, deadline),
        follow(after, receiver) {
          if (away.has(shard)) receiver.fail(gone());
          else cuts.push(() => away.has(shard) && receiver.fail(gone()));
          return away.has(shard) ? { close: () => undefined } : real.follow(after, receiver);
        },
      };
    },
  };
  return platform.anotherGateway(directory, async (context: GatewayContext) => {
    const gateway = await openGateway(context);
    gateway.start().then(
      () => {
        started = "done";
      },
      (error: Error) => {
        started = error.message;
      },
    );
    return gateway;
  });
}

function clientOf<S extends DescService>(service: S, handlers: readonly UniversalHandler[]): Client<S> {
  return createClient(service, inProcessTransport(handlers, { authorization: platform.localKey() }));
}

async function reasonOf(call: Promise<unknown>): Promise<string> {
  return platform.run(call).then(
    () => "done",
    (error: unknown) => (refusalOf(error)?.reason === Reason.NOT_READY ? "not ready" : String(error)),
  );
}

/** What a call is told that must wait; else how it ended. */
async function sentenceOf(call: Promise<unknown>): Promise<string> {
  return platform.run(call).then(
    () => "done",
    (error: unknown) => {
      const refused = refusalOf(error);
      return refused?.reason === Reason.NOT_READY ? refused.message : String(error);
    },
  );
}

test("F9: a gateway that starts while an order shard is away serves all others, and that one once it is there", async () => {
  const { gateway, handlers } = await startWithout(shardOf(ada));
  await platform.clock.advance(1_000);
  expect([started, gateway.unheard()]).toEqual(["done", [shardOf(ada)]]);
  const accounts = clientOf(AccountService, handlers);
  const deposit = (accountId: string) =>
    reasonOf(accounts.depositFunds({ requestId: "more", accountId, amount: { asset: "USD", amount: "1" } }));
  expect([await deposit(ada), await deposit(bob)]).toEqual(["not ready", "done"]);
  away.clear();
  await platform.clock.advance(1_000);
  expect([gateway.unheard(), await deposit(ada)]).toEqual([[], "done"]);
  const { balances } = await platform.run(accounts.listBalances({ accountId: ada }));
  expect(balances.map(({ available }) => available)).toEqual(["101"]);
});

test("F15: a gateway that hears a shard no more says so, though its owner lives, and until it does again", async () => {
  const { gateway } = await startWithout();
  await platform.clock.advance(1_000);
  expect(gateway.unheard()).toEqual([]);
  const lost = [shardOf(ada), "identity/0", "control/0"];
  for (const shard of lost) away.add(shard);
  for (const cut of cuts) cut();
  await platform.clock.advance(4_000);
  expect(gateway.unheard()).toEqual([]);
  await platform.clock.advance(3_000);
  expect(gateway.unheard(), "nobody is let in (S23)").toEqual(["identity/0"]);
  await platform.clock.advance(10_000);
  expect([...gateway.unheard()].sort()).toEqual(lost.sort());
  away.clear();
  await platform.clock.advance(7_000);
  expect(gateway.unheard()).toEqual([]);
});

test.each(["identity/0", "control/0"])(
  "S23: without %s a gateway that starts refuses everything, and says so",
  async (shard) => {
    const { gateway, handlers } = await startWithout(shard);
    await platform.clock.advance(1_000);
    expect([started, gateway.unheard()]).toEqual(["", [shard]]);
    const list = () => reasonOf(clientOf(AccountService, handlers).listBalances({ accountId: bob }));
    expect(await list()).toBe("not ready");
    away.clear();
    await platform.clock.advance(1_000);
    expect([started, gateway.unheard(), await list()]).toEqual(["done", [], "done"]);
  },
);

test.each(["identity/0", "control/0"])(
  "S23: without %s a gateway that starts signs nobody in and takes no refresh token, and says what it waits for",
  async (shard) => {
    const identity = platform.client(IdentityService);
    const link = async () => (await platform.run(identity.createLoginLink({}))).token;
    const { tokens } = await platform.run(identity.redeemLoginLink({ token: await link() }));
    const refreshToken = tokens?.refreshToken ?? "";
    const token = await link();
    const { handlers } = await startWithout(shard);
    const starting = clientOf(IdentityService, handlers);
    const calls = [() => starting.redeemLoginLink({ token }), () => starting.refreshToken({ refreshToken })];
    for (const call of calls) {
      expect(await sentenceOf(call())).toBe(`${shard} is not followed here yet: send the same again`);
    }
    expect(await sentenceOf(starting.whoAmI({}))).toBe(`${shard} is not followed here yet: send the same again`);
    away.clear();
    await platform.clock.advance(1_000);
    for (const call of calls) expect(await reasonOf(call())).toBe("done");
  },
);

test.each(["identity/0", "control/0"])(
  "the start of a gateway that is stopped before it found %s is over",
  async (shard) => {
    const { gateway } = await startWithout(shard);
    await platform.clock.advance(1_000);
    gateway.stop();
    await platform.clock.settle();
    expect(started).toBe("this gateway has stopped");
  },
);
