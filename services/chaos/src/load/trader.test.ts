import { dice } from "@atlas/assembly/simulated/dice";
import { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, test } from "vitest";
import type { Answer, Asked } from "./asked.ts";
import { ClientBook } from "./client-book.ts";
import type { Road } from "./road.ts";
import { Trader } from "./trader.ts";

const DONE: Answer = {
  kind: "ORDER",
  order: {
    orderId: "o1",
    version: 1,
    ...{ status: OrderStatus.LIVE, cumulative: "0", leaves: "3", limitPrice: "99.5", fees: "0" },
  },
};
const NOTHING: Answer = { kind: "NOTHING", reason: "NOT_READY" };
const UNKNOWN: Answer = { kind: "UNKNOWN", reason: "no answer" };

/** What requests come to of a trader whose sendings are answered so, the last for ever; those that were never sent are left out. */
function askedWith(answers: readonly Answer[], ask: (trader: Trader) => void): Promise<readonly Asked[]> {
  return askedOn({ ask: async ({ sent }) => answerAt(answers, sent), close: () => undefined }, ask);
}

/** What requests come to of a trader on that road. */
async function askedOn(road: Road, ask: (trader: Trader) => void, seed = 5): Promise<readonly Asked[]> {
  const book = new ClientBook();
  const trader = new Trader("a", road, book, dice(seed));
  ask(trader);
  await trader.settled();
  return book.asked;
}

const answerAt = (answers: readonly Answer[], sent: number) => answers[Math.min(sent, answers.length - 1)] as Answer;

const actOften = (trader: Trader) => {
  for (let times = 0; times < 30; times++) trader.act();
};
const givenUp = (asked: readonly Asked[]) => asked.filter(({ gaveUpOn }) => gaveUpOn !== undefined);

test("I7: some requests are given up once they are told that nothing was done, and are never sent again", async () => {
  const asked = await askedWith([NOTHING, DONE], actOften);
  const left = givenUp(asked);
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(asked.length / 2);
  for (const one of left) expect(one).toMatchObject({ sent: 1, settled: [], gaveUpOn: "NOT_READY" });
  for (const one of asked.filter((other) => !left.includes(other))) expect(one.settled).toEqual([DONE]);
  expect(asked.every(({ answeredAt }) => answeredAt > 0)).toBe(true);
});

test("I7: nothing is given up that may have been done: whose sending was not answered, or was answered", async () => {
  expect(givenUp(await askedWith([UNKNOWN, NOTHING, DONE], actOften))).toEqual([]);
  expect(givenUp(await askedWith([DONE], actOften))).toEqual([]);
  // Nobody said anything of what was never sent.
  expect(givenUp(await askedWith([{ kind: "UNSENT", reason: "no session" }, DONE], actOften))).toEqual([]);
});

test("what a run rests on is never given up: first funds, and that every order ends", async () => {
  const basics = await askedWith([NOTHING, { kind: "DONE" }], (trader) => {
    for (let times = 0; times < 30; times++) trader.cancelAll();
    void trader.fund();
  });
  expect(basics).toHaveLength(35);
  expect(givenUp(basics)).toEqual([]);
});

/** A road that answers the entries of each batch in turn so, and what is sent alone as done. */
function batchRoad(turns: readonly Answer[]) {
  const batches: string[][] = [];
  const alone: string[] = [];
  const road: Road = {
    ask: async ({ requestId }) => {
      alone.push(requestId);
      return DONE;
    },
    askMany: async (asked) => {
      batches.push(asked.map(({ requestId }) => requestId));
      return asked.map((_, index) => turns[index % turns.length] as Answer);
    },
    close: () => undefined,
  };
  return { road, batches, alone };
}

/** By it some of the first orders come in batches. */
const WITH_BATCHES = 1;

/** New orders, as many as may be unanswered; how many that were, as the trader counts. */
function submitOften(trader: Trader): number {
  let count = 0;
  for (let made = trader.act(); made > 0; made = trader.act()) count += made;
  return count;
}

test("F9: some new orders are sent as batches of 2 to 20, each with a request of its own, and all count", async () => {
  const { road, batches, alone } = batchRoad([DONE]);
  let count = 0;
  const submits = (trader: Trader) => {
    count = submitOften(trader);
  };
  const asked = await askedOn(road, submits, WITH_BATCHES);
  expect(batches.length).toBeGreaterThan(0);
  expect(batches.every(({ length }) => length >= 2 && length <= 20)).toBe(true);
  expect([...batches.flat(), ...alone].sort()).toEqual(asked.map(({ requestId }) => requestId).sort());
  expect([count, new Set(batches.flat()).size]).toEqual([asked.length, batches.flat().length]);
  for (const one of asked) expect([one.sent, one.settled]).toEqual([1, [DONE]]);
});

test("F9, I7: what a batch left open is sent again by itself until it is settled, what it settled is not", async () => {
  const { road, batches, alone } = batchRoad([DONE, UNKNOWN, NOTHING]);
  const asked = await askedOn(road, submitOften, WITH_BATCHES);
  const entries = batches.flatMap((batch) => batch.map((requestId, index) => ({ requestId, turn: index % 3 })));
  const entryOf = ({ requestId }: Asked) => entries.find((entry) => entry.requestId === requestId);
  for (const one of asked) {
    const { turn = 0 } = entryOf(one) ?? {};
    const isGivenUp = turn === 2 && one.gaveUpOn !== undefined;
    expect(one).toMatchObject({ unknown: turn === 1 ? 1 : 0, settled: isGivenUp ? [] : [DONE] });
    expect(one.sent).toBe(turn === 0 || isGivenUp ? 1 : 2);
  }
  const again = alone.filter((requestId) => entries.some((entry) => entry.requestId === requestId));
  expect(again.length).toBeGreaterThan(0);
});
