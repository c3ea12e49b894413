import { beforeEach, describe, expect, test } from "vitest";
import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import { preview } from "../limits/preview.ts";
import { decide } from "./decide.ts";
import { type Exchange, limitOrder } from "./exchange.fixture.ts";
import { momentOf } from "./make-event.ts";
import type { OmsInput } from "./oms-command.ts";
import { holds, newExchange, only, order, place, refusalOf } from "./orders.fixture.ts";

const ORDER = limitOrder("BUY", "1", "40000");
const FAILED = { reason: "CHECK_FAILED" };

let exchange: Exchange;

beforeEach(() => {
  exchange = newExchange();
});

/** From now on every check that looks at the account's limits does this. */
function breakLimits(throws: () => never, broken = exchange): void {
  Object.defineProperty(broken.state("ann").account("ann"), "limits", { configurable: true, get: throws });
}

function mend(limits: object): void {
  Object.defineProperty(exchange.state("ann").account("ann"), "limits", { value: limits });
}

function defect(): never {
  const nothing = undefined as unknown as { readonly ordersPerSecond: number };
  throw new Error(`a rate of ${nothing.ordersPerSecond}`);
}

function deeper(): never {
  return deeper();
}

function wrongState(): never {
  throw new BrokenInvariant("the state is wrong");
}

describe("I17, F21: a check that throws", () => {
  test("refuses the order and keeps nothing; mended, the same request makes one order", () => {
    const { limits } = exchange.state("ann").account("ann");
    const before = holds(exchange, "ann", "USD");
    breakLimits(defect);
    expect(refusalOf(exchange.submit("ann", ORDER, { requestId: "mine" }))).toEqual(FAILED);
    expect(holds(exchange, "ann", "USD")).toEqual(before);
    mend(limits);
    expect(only(exchange.submit("ann", ORDER, { requestId: "mine" })).body.kind).toBe("ORDER_ACCEPTED");
    expect(refusalOf(exchange.submit("ann", ORDER, { requestId: "mine" }))).toBeUndefined();
    expect(exchange.state("ann").account("ann").openOrders).toBe(1);
  });

  test("refuses a replace, which leaves its order as it is; cancels and other accounts go on", () => {
    const orderId = place(exchange, "ann", "BUY", "1", "40000");
    exchange.settle();
    breakLimits(defect);
    expect(refusalOf(exchange.replace("ann", orderId, "2", ""))).toEqual(FAILED);
    expect(order(exchange, orderId)).toMatchObject({ status: "LIVE", quantityLots: 10_000, hasReplace: false });
    place(exchange, "bob", "BUY", "1", "40000");
    exchange.cancel("ann", orderId);
    exchange.settle();
    expect(order(exchange, orderId)).toBeUndefined();
    expect(exchange.state("ann").account("ann").reservedMinor("USD")).toBe(0n);
  });

  test("refuses in a preview as in a submit", () => {
    const state = exchange.state("ann");
    const account = state.account("ann");
    breakLimits(defect);
    const moment = momentOf(state, exchange.now);
    const shown = preview(ORDER, account, state.listing("BTC-USD"), exchange.quote, moment);
    expect(shown.assessment.refusal).toEqual(FAILED);
  });

  test("is told to whoever listens, and the decision is the same whether anybody does or not (S2)", () => {
    const heard: unknown[] = [];
    breakLimits(defect);
    const events = exchange.submit("ann", ORDER);
    const again = newExchange();
    breakLimits(defect, again);
    const input = exchange.inputs[0]?.at(-1) as OmsInput;
    expect(decide(again.state("ann"), input, (error) => void heard.push(error))).toEqual(events);
    expect(heard).toEqual([expect.any(TypeError)]);
  });

  test.each([
    ["for want of stack, which another owner may have", deeper, RangeError],
    ["because the state is wrong", wrongState, BrokenInvariant],
  ])("%s, stops the shard instead", (_, throws, kind) => {
    const { limits } = exchange.state("ann").account("ann");
    const { sequence } = exchange.state("ann");
    breakLimits(throws);
    expect(() => exchange.submit("ann", ORDER)).toThrow(kind);
    expect(exchange.state("ann").sequence).toBe(sequence);
    mend(limits);
  });
});
