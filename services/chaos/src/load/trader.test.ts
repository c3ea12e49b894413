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
async function askedWith(answers: readonly Answer[], ask: (trader: Trader) => void): Promise<readonly Asked[]> {
  const book = new ClientBook();
  const road: Road = {
    ask: async ({ sent }) => answers[Math.min(sent, answers.length - 1)] as Answer,
    close: () => undefined,
  };
  const trader = new Trader("a", road, book, dice(5));
  ask(trader);
  await trader.settled();
  return book.asked;
}

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
