import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { type Order, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { ConnectError } from "@connectrpc/connect";
import { afterEach, beforeAll, expect } from "vitest";
import { GatewayPlatform } from "./gateway-platform.ts";

/** Far below the market: it stays on the book. */
export const resting = {
  instrumentId: "BTC-USD",
  side: Side.BUY,
  type: OrderType.LIMIT,
  quantity: "1",
  limitPrice: "100",
};

/** A platform and a funded account for the tests of a file; its shards must not fail. */
export function orderScenario() {
  const platform = new GatewayPlatform();
  let accountId = "";
  let requests = 0;

  beforeAll(async () => {
    await platform.start();
    accountId = await platform.account({ USD: "1000000", BTC: "10" });
  });
  afterEach(() => expect(platform.failures).toEqual([]));

  const accounts = () => platform.client(AccountService);
  const orders = () => platform.client(OrderService);

  /** A UUID v7 of now. */
  function freshId(): string {
    const time = platform.clock.now().toString(16).padStart(12, "0");
    const count = (++requests).toString(16).padStart(12, "0");
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${count}`;
  }

  function submit(fields: object = {}, requestId = freshId()) {
    const call = orders().submitOrder({ requestId, accountId, order: { ...resting, ...fields } });
    return platform.run(call).then(({ order }) => order as Order);
  }

  /** Code, reason and field of a refusal. */
  async function refused(call: Promise<unknown>) {
    const error = await platform.run(call).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) throw new Error("it was not refused");
    const refusal = refusalOf(error);
    const { code } = ConnectError.from(error);
    return { code, reason: refusal?.reason, field: refusal?.field, facts: refusal?.facts, orderId: refusal?.orderId };
  }

  async function read(orderId: string): Promise<Order> {
    return (await platform.run(orders().getOrder({ accountId, orderId }))).order as Order;
  }

  /** After the venue has answered. */
  async function live(fields: object = {}): Promise<Order> {
    const order = await submit(fields);
    await platform.clock.advance(300);
    return read(order.orderId);
  }

  return {
    ...{ platform, accounts, orders, freshId, submit, refused, read, live },
    get accountId() {
      return accountId;
    },
  };
}
