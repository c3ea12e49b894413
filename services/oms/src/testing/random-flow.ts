import { OrderType, type SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { ShardFlow } from "./shard-flow.ts";

const ACCOUNTS = ["alice", "bob", "carol"];

/** A number from 0 below `bound`, from a seed that goes on by itself. */
export function dice(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** A shard that has lived: `steps` random commands of every kind, venue messages in between, and time that passes. */
export function randomFlow(seed: number, steps: number, each: (flow: ShardFlow) => void = () => undefined): ShardFlow {
  const flow = new ShardFlow();
  const roll = dice(seed);
  for (const account of ACCOUNTS) flow.open(account, { USD: "60000", BTC: "1" });
  for (let step = 0; step < steps; step++) {
    flow.now += roll(40) === 0 ? -roll(3_000) : roll(50);
    if (roll(2) === 0) for (let count = roll(5); count >= 0; count--) flow.deliver(roll(2) === 0);
    act(flow, roll, ACCOUNTS[roll(ACCOUNTS.length)] as string);
    each(flow);
  }
  return flow;
}

function act(flow: ShardFlow, roll: (bound: number) => number, account: string): void {
  const kind = roll(20);
  if (kind < 10) submit(flow, roll, account);
  else if (kind < 13) cancel(flow, roll, account);
  else if (kind < 16) replace(flow, roll, account);
  else if (kind === 16) flow.client(account, { case: "cancelMany", value: { side: roll(3) as Side } });
  else if (kind === 17) flow.client(account, { case: "withdraw", value: { amount: { asset: "USD", amount: "12.5" } } });
  else if (kind === 18) {
    const limits = { maximumNotional: "4000", maximumOpenOrders: 40, ordersPerSecond: 1 + roll(100), orderBurst: 20 };
    flow.client(account, { case: "setLimits", value: { limits } });
  } else flow.client("nobody", { case: "cancel", value: { orderId: "00none" } });
}

function submit(flow: ShardFlow, roll: (bound: number) => number, account: string): void {
  const isMarket = roll(8) === 0;
  const isStop = !isMarket && roll(15) === 0;
  const times = [TimeInForce.UNSPECIFIED, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.DAY];
  const requestId = roll(10) === 0 ? `again-${roll(6)}` : undefined;
  flow.submit(
    account,
    {
      side: roll(2) === 0 ? Side.BUY : Side.SELL,
      type: isMarket ? OrderType.MARKET : isStop ? OrderType.STOP_LIMIT : OrderType.LIMIT,
      timeInForce: isMarket ? TimeInForce.UNSPECIFIED : (times[roll(5)] as TimeInForce),
      quantity: roll(25) === 0 ? "0.00015" : String((1 + roll(900)) / 10_000),
      limitPrice: isMarket ? "" : String((4_999_500 + roll(1_000)) / 100),
      stopPrice: isStop ? "50000" : "",
      clientOrderId: `mine-${roll(100)}`,
      postOnly: roll(10) === 0,
      selfTradePrevention: roll(6) as SelfTradePrevention,
    },
    requestId === undefined ? {} : { requestId },
  );
}

function cancel(flow: ShardFlow, roll: (bound: number) => number, account: string): void {
  const orderId = anOrder(flow, roll, account);
  if (orderId !== undefined) flow.client(account, { case: "cancel", value: { orderId } });
}

function replace(flow: ShardFlow, roll: (bound: number) => number, account: string): void {
  const orderId = anOrder(flow, roll, account);
  if (orderId === undefined) return;
  const quantity = roll(3) === 0 ? "" : String((1 + roll(900)) / 10_000);
  const limitPrice = roll(3) === 0 ? "" : String((4_999_500 + roll(1_000)) / 100);
  flow.client(account, { case: "replace", value: { orderId, quantity, limitPrice, expectedVersion: BigInt(roll(3)) } });
}

/** One of the account's open orders, or one that ended. */
function anOrder(flow: ShardFlow, roll: (bound: number) => number, account: string): string | undefined {
  const ids = [...flow.shard.openOrders()].filter(({ order }) => order.accountId === account);
  const ended = flow.events.filter((event) => event.accountId === account && event.event.case === "orderCanceled");
  if (roll(6) === 0) return ended[roll(ended.length)]?.orderId;
  return ids[roll(ids.length)]?.order.orderId;
}
