import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { Channel, StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { inProcessTransport } from "@atlas/platform/access/in-process-transport";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";
import { TestStream } from "../testing/test-stream.ts";

const platform = new GatewayPlatform();
let accountId = "";
let requests = 0;

beforeAll(async () => void (await platform.start()));
beforeEach(async () => {
  accountId = await platform.account({ USD: "1000000" });
});
afterEach(() => {
  platform.fault = () => undefined;
  Object.assign(platform.pressure, { lag: 0, low: false });
  expect(platform.failures).toEqual([]);
});

const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "100" };

function freshId(): string {
  const time = platform.clock.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(++requests).toString(16).padStart(12, "0")}`;
}

function clientOf(handlers: UniversalHandler[]): Client<typeof OrderService> {
  return createClient(OrderService, inProcessTransport(handlers, { authorization: platform.localKey() }));
}

async function count(): Promise<number> {
  return (await platform.run(platform.client(OrderService).listOrders({ accountId }))).orders.length;
}

async function refused(call: Promise<unknown>) {
  const error = await platform.run(call.then(() => undefined).catch((thrown: unknown) => thrown));
  return { code: error === undefined ? undefined : ConnectError.from(error).code, reason: refusalOf(error)?.reason };
}

/** The way to the shards' owners, on which events are lost. */
class BrokenRoad implements ShardDirectory {
  readonly #streams = new Map<string, { readonly receiver: FollowReceiver; readonly stream: { close(): void } }>();
  readonly #broken = new Set<string>();
  readonly #lostBelow = new Map<string, number>();

  /** What is decided until the next read is not at hand any more, whoever asks from before. */
  breakOff(shard: string): void {
    this.#broken.add(shard);
    this.#streams.get(shard)?.stream.close();
    this.#streams.get(shard)?.receiver.fail(new Error("the owner went away"));
  }

  client(shard: string): ShardClient {
    const owner = platform.shards.client(shard);
    return {
      read: async (request, deadline) => {
        const answer = await owner.read(request, deadline);
        if (this.#broken.delete(shard)) this.#lostBelow.set(shard, Number(answer.sequence));
        return answer;
      },
      resend: (request, deadline) => owner.resend(request, deadline),
      follow: (after, receiver) => {
        if (this.#broken.has(shard) || after < (this.#lostBelow.get(shard) ?? 0)) {
          receiver.fail(new Error("events are not at hand"));
          return { close: () => undefined };
        }
        const stream = owner.follow(after, receiver);
        this.#streams.set(shard, { receiver, stream });
        return stream;
      },
    };
  }
}

describe("several gateways", () => {
  test("I6: the same request through two of them at once makes one order, with one answer", async () => {
    const { handlers } = await platform.anotherGateway();
    for (const requestId of [freshId(), "not a uuid"]) {
      const request = { requestId, accountId, order };
      const both = [platform.client(OrderService), clientOf(handlers)].map((client) => client.submitOrder(request));
      const answers = await platform.run(Promise.all(both));
      expect(answers[0]?.order?.orderId).toBe(answers[1]?.order?.orderId);
    }
    expect(await count()).toBe(2);
  });

  test("F4: one dies after the command is logged: another has the order", async () => {
    const { gateway, handlers } = await platform.anotherGateway();
    const request = { requestId: freshId(), accountId, order };
    const lost = refused(clientOf(handlers).submitOrder(request, { timeoutMs: 2_000 }));
    platform.fault = ({ topic }) => {
      if (topic === "orders.commands") gateway.stop();
      return undefined;
    };
    expect(["deadline", Code.DeadlineExceeded, Code.Unavailable]).toContain((await lost).code);
    platform.fault = () => undefined;
    const again = await platform.run(platform.client(OrderService).submitOrder(request));
    expect(again.order?.requestId).toBe(request.requestId);
    expect(await count()).toBe(1);
  });

  test("I7: a request that timed out reads as done, and stays so", async () => {
    platform.fault = ({ topic }) =>
      topic === "orders.commands" ? { kind: "lands-late", milliseconds: 4_000 } : undefined;
    const request = { requestId: freshId(), accountId, order };
    const late = platform.client(OrderService).submitOrder(request, { timeoutMs: 1_000 });
    expect(await refused(late)).toEqual({ code: Code.DeadlineExceeded, reason: Reason.OUTCOME_UNKNOWN });
    platform.fault = () => undefined;
    await platform.clock.advance(6_000);
    expect(await count()).toBe(1);
    await platform.run(platform.client(OrderService).submitOrder(request));
    expect(await count()).toBe(1);
  });

  test("events that one missed void its private streams, which begin anew", async () => {
    const road = new BrokenRoad();
    const { gateway, handlers } = await platform.anotherGateway(road);
    const stream = new TestStream(platform, [{ subscriptionId: "o", channel: Channel.ORDERS, accountId }], {
      handlers,
    });
    await platform.clock.advance(50);
    const { order: first } = await platform.run(
      clientOf(handlers).submitOrder({ requestId: freshId(), accountId, order }),
    );
    const shard = `oms/${Number.parseInt(first?.orderId.slice(0, 2) ?? "", 16)}`;
    road.breakOff(shard);
    const { order: second } = await platform.run(
      platform.client(OrderService).submitOrder({ requestId: freshId(), accountId, order }),
    );
    await platform.clock.advance(1_000);
    const kinds = stream.kinds("o");
    expect(kinds.slice(kinds.indexOf("resync"))).toEqual(["resync", "snapshot"]);
    const known = stream
      .snapshots("o")
      .at(-1)
      ?.orders.map(({ orderId }) => orderId);
    expect(known?.toSorted()).toEqual([first?.orderId, second?.orderId].toSorted());
    const { order: third } = await platform.run(
      clientOf(handlers).submitOrder({ requestId: freshId(), accountId, order }),
    );
    await platform.clock.advance(200);
    expect(stream.updates("o").at(-1)?.orders[0]?.orderId).toBe(third?.orderId);
    stream.stop();
    gateway.stop();
  });

  test("that stop end their streams, and say why", async () => {
    const { gateway, handlers } = await platform.anotherGateway();
    const stream = createClient(StreamService, inProcessTransport(handlers, { authorization: platform.localKey() }));
    const subscriptions = [{ subscriptionId: "n", channel: Channel.NOTICES }];
    const reading = refused(
      (async () => {
        for await (const _ of stream.subscribe({ subscriptions }));
      })(),
    );
    await platform.clock.advance(50);
    gateway.stop();
    expect(await reading).toEqual({ code: Code.Unavailable, reason: Reason.NOT_READY });
  });
});

describe("under pressure (S24, I17)", () => {
  test.each([[{ lag: 200_001 }], [{ low: true }]])("%o: no new orders, but cancels and reads", async (pressure) => {
    const orders = platform.client(OrderService);
    const { order: made } = await platform.run(orders.submitOrder({ requestId: freshId(), accountId, order }));
    await platform.clock.advance(200);
    Object.assign(platform.pressure, pressure);
    const request = { requestId: freshId(), accountId, order };
    expect(await refused(orders.submitOrder(request))).toEqual({
      code: Code.ResourceExhausted,
      reason: Reason.STORAGE_FULL,
    });
    const name = { accountId, orderId: made?.orderId ?? "" };
    await platform.run(orders.cancelOrder({ requestId: freshId(), ...name }));
    Object.assign(platform.pressure, { lag: 0, low: false });
    await platform.run(orders.submitOrder(request));
    expect(await count()).toBe(2);
  });

  test("far above an account's rate orders are shed before the log, with when to come again", async () => {
    const entries = () =>
      Array.from({ length: 1_000 }, () => ({ requestId: freshId(), order: { ...order, quantity: "0.01" } }));
    const orders = platform.client(OrderService);
    await platform.run(orders.submitOrders({ accountId, entries: entries().slice(0, 1) }));
    await platform.clock.advance(100);
    const shed = await Promise.all(
      Array.from({ length: 6 }, () => platform.run(orders.submitOrders({ accountId, entries: entries() }))),
    );
    const reasons = shed.flatMap(({ results }) =>
      results.map(({ result }) => (result.case === "refusal" ? result.value.reason : 0)),
    );
    expect(reasons.filter((reason) => reason === 0).length).toBeGreaterThan(1_900);
    expect(new Set(reasons)).toEqual(
      new Set([0, Reason.RATE_LIMIT, Reason.BUSY].filter((reason) => reasons.includes(reason as never))),
    );
    expect(reasons.filter((reason) => reason === Reason.RATE_LIMIT).length).toBeGreaterThan(500);
  });
});
