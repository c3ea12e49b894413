import { setTimeout as sleep } from "node:timers/promises";
import { type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { codeOf } from "@atlas/platform/refusal/reason-code";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import { isConnectionRefused, isWorthRepeating, refused } from "../client/failure.ts";
import { repeat } from "../client/repeat.ts";
import { watchFills } from "./fill-watch.ts";
import { type Lane, type LaneTerms, noteLoss } from "./lane.ts";
import { loadOrder } from "./load-terms.ts";

/** Orders of a call to `SubmitOrders`. */
const BATCH = 500;
/** Codes of a refusal that passes. */
const PASSING: readonly Code[] = [Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded];

/** `SubmitOrder`, one order a call, by default 16 calls at once. */
export const unaryLane: Lane = (terms) => run(terms, terms.window || 16, 1, submitOne);

/** `SubmitOrders`, 500 orders a call, by default two calls at once. */
export const batchLane: Lane = (terms) => run(terms, terms.window || 2, BATCH, submitMany);

/** Sends the orders with these indices once; those that are refused for a while come back. */
type Submit = (terms: LaneTerms, indices: readonly number[]) => Promise<number[]>;

async function run(terms: LaneTerms, callers: number, most: number, submit: Submit): Promise<void> {
  const { orders, signal } = terms;
  const fills = await watchFills(terms);
  let next = 0;
  async function call(): Promise<void> {
    while (next < orders.count && !signal.aborted) {
      const wait = terms.dueAt(next) - performance.now();
      if (wait > 0) {
        await sleep(Math.max(1, wait));
        continue;
      }
      await settle(terms, take(), submit);
    }
  }
  function take(): number[] {
    const indices: number[] = [];
    const now = performance.now();
    while (indices.length < most && next < orders.count && terms.dueAt(next) <= now) {
      orders.begin(next, terms.dueAt(next) || now);
      indices.push(next++);
    }
    return indices;
  }
  try {
    await Promise.race([Promise.all(Array.from({ length: callers }, call)), fills.failed]);
    await Promise.race([fills.all, fills.failed, aborted(signal)]);
  } finally {
    fills.stop();
  }
}

/** Repeats what broke or is refused for a while, with the same request ids, until every order is decided. */
async function settle(terms: LaneTerms, first: readonly number[], submit: Submit): Promise<void> {
  for (let left = first; left.length > 0; ) {
    const sent = left;
    let isRepeat = left !== first;
    left = await repeat(
      terms.retryFor,
      async () => {
        if (isRepeat) terms.losses.repeated += sent.length;
        isRepeat = true;
        try {
          return await submit(terms, sent);
        } catch (error) {
          if (isUnanswered(error)) noteLoss(terms.losses, sent.length);
          throw error;
        }
      },
      false,
    );
    if (left.length > 0) await sleep(100);
  }
}

/** It was sent, and what became of it was not said: not so a refusal, or a platform that was away already. */
function isUnanswered(error: unknown): boolean {
  return isWorthRepeating(error) && !isConnectionRefused(error) && refusalOf(error) === undefined;
}

async function submitOne({ atlas, accountId, orders }: LaneTerms, indices: readonly number[]): Promise<number[]> {
  const index = indices[0] as number;
  const requestId = orders.requestIds[index] as string;
  const { order } = await atlas.orders.submitOrder({ requestId, accountId, order: loadOrder(orders.isBuy(index)) });
  decided(orders, index, order);
  return [];
}

async function submitMany({ atlas, accountId, orders }: LaneTerms, indices: readonly number[]): Promise<number[]> {
  const entries = indices.map((index) => ({
    requestId: orders.requestIds[index] as string,
    order: loadOrder(orders.isBuy(index)),
  }));
  const { results } = await atlas.orders.submitOrders({ accountId, entries });
  if (results.length !== indices.length) throw refused(`${results.length} results for ${indices.length} orders`);
  return indices.filter((index, position) => {
    const result = results[position]?.result;
    if (result?.case === "order") {
      decided(orders, index, result.value);
      return false;
    }
    const reason = result?.case === "refusal" ? result.value.reason : 0;
    if (PASSING.includes(codeOf(reason))) return true;
    throw refused(`an order of ${accountId} was refused: ${result?.value?.message ?? "no result"}`);
  });
}

function decided(orders: LaneTerms["orders"], index: number, order: Order | undefined): void {
  if (order === undefined) throw new ConnectError("the answer holds no order", Code.Internal);
  const now = performance.now();
  orders.decide(index, order.orderId, now);
  if (order.status === OrderStatus.FILLED) orders.fill(order.orderId, now);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}
