import { OrderType, SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { AmendOrderSchema, PlaceOrderSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { BookModel } from "./book-model.ts";
import { e8 } from "./e8.ts";
import type { BookLevels, Levels } from "./levels.ts";
import { Violations } from "./violations.ts";

/** Levels of a side. */
type Rows = readonly (readonly [price: string, quantity: string])[];
type Step = (book: BookModel) => void;

/** An order of an owner of its own; `terms` as a client writes them: "SELL 2 @ 10". */
function place(orderId: string, terms: string, timeInForce: TimeInForce = TimeInForce.GTC): Step {
  const [side, quantity, , limitPrice] = terms.split(" ");
  const order = create(PlaceOrderSchema, {
    ...{ orderId, accountId: orderId, side: side === "BUY" ? Side.BUY : Side.SELL, type: OrderType.LIMIT, timeInForce },
    ...{ quantity, limitPrice, selfTradePrevention: SelfTradePrevention.CANCEL_NEWEST },
  });
  return (book) => {
    book.place(order, 0, 0);
    book.decided();
  };
}

function amend(orderId: string, quantity: string): Step {
  const change = create(AmendOrderSchema, { orderId, accountId: orderId, quantity });
  return (book) => {
    book.amend(change);
    book.decided();
  };
}

function pull(orderId: string): Step {
  return (book) => {
    book.pull(orderId, orderId);
    book.decided();
  };
}

function expire(logTime: number): Step {
  return (book) => {
    book.expire(logTime);
    book.decided();
  };
}

function told(bids: Rows, asks: Rows): Step {
  const levels: BookLevels = { bids: levelsOf(bids), asks: levelsOf(asks) };
  return (book) => book.told(levels);
}

function levelsOf(side: Rows): Levels {
  return new Map(side.map(([price, quantity]) => [e8(price), e8(quantity)]));
}

function settle(maker: string, taker: string, price: string, quantity: string): Step {
  return (book) => book.settled({ maker, taker, price: e8(price), quantity: e8(quantity) });
}

/** What is found wrong with a book to which this happened. */
function found(...steps: readonly Step[]): string[] {
  const violations = new Violations();
  const book = new BookModel("ETH-USD", violations);
  for (const step of steps) step(book);
  book.end();
  return violations.found;
}

test("I9: the market is told of every book that an input leaves, later or at once, and of nothing else", () => {
  const steps = [
    ...[place("a", "SELL 2 @ 10"), told([], [["10", "2"]])],
    ...[place("b", "SELL 1 @ 10"), place("c", "BUY 1 @ 9"), amend("a", "2")],
    ...[told([], [["10", "3"]]), told([["9", "1"]], [["10", "3"]]), told([["9", "1"]], [["10", "3"]])],
    ...[place("d", "BUY 2 @ 11"), settle("b", "d", "10", "1"), settle("a", "d", "10", "1")],
    ...[told([["9", "1"]], [["10", "1"]]), pull("a"), told([["9", "1"]], []), pull("a")],
    ...[place("e", "SELL 4 @ 12", TimeInForce.DAY), told([["9", "1"]], [["12", "4"]])],
    ...[expire(86_400_000), told([["9", "1"]], [])],
  ];
  expect(found(...steps)).toEqual([]);
});

const TRADED = [
  place("a", "SELL 1 @ 10"),
  told([], [["10", "1"]]),
  place("b", "BUY 3 @ 10"),
  settle("a", "b", "10", "1"),
];

test.each<[string, readonly Step[], string]>([
  [
    "a used-up level stays",
    [...TRADED, told([["10", "2"]], [["10", "1"]])],
    "I9: ETH-USD is told as bids 200000000@1000000000; asks 100000000@1000000000, due is",
  ],
  [
    "a level has what it had before",
    [place("a", "SELL 2 @ 10"), told([], [["10", "2"]]), amend("a", "1")],
    "I9: ETH-USD: never told: bids ; asks 100000000@1000000000",
  ],
  [
    "a canceled order stays",
    [place("a", "SELL 2 @ 10"), told([], [["10", "2"]]), pull("a")],
    "I9: ETH-USD: never told: bids ; asks ",
  ],
  [
    "a book is passed over",
    [place("a", "SELL 1 @ 10"), place("b", "SELL 1 @ 10"), told([], [["10", "2"]])],
    "I9: ETH-USD is told as",
  ],
  [
    "somebody is told of who is not there",
    [told([["10", "1"]], [])],
    "I9: ETH-USD is told as bids 100000000@1000000000; asks , due is no other",
  ],
])("D27, I9: %s, and that is seen", (_, steps, text) => {
  expect(found(...steps)[0]).toContain(text);
});
