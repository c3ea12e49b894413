import { OrderType, SelfTradePrevention, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect, test } from "vitest";
import { ticketMemory } from "./ticket-memory.ts";

const CHOSEN = {
  type: OrderType.LIMIT,
  quantity: "0.25",
  timeInForce: TimeInForce.DAY,
  postOnly: true,
  selfTrade: SelfTradePrevention.CANCEL_BOTH,
};
const USUAL = {
  type: OrderType.LIMIT,
  quantity: "",
  timeInForce: TimeInForce.GTC,
  postOnly: false,
  selfTrade: SelfTradePrevention.CANCEL_NEWEST,
};

class Shelf {
  readonly kept = new Map<string, string>();

  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.kept.set(key, text);
  }

  removeItem(key: string): void {
    this.kept.delete(key);
  }
}

// Fails when the key leaves the user or the instrument out.
test("C20: what one person chose is nobody else's, and no other instrument's", () => {
  const shelf = new Shelf();
  ticketMemory("ann", "BTC-USD", shelf).keep(CHOSEN);
  expect(ticketMemory("ann", "BTC-USD", shelf).recall()).toEqual(CHOSEN);
  expect(ticketMemory("bob", "BTC-USD", shelf).recall()).toEqual(USUAL);
  expect(ticketMemory("ann", "ETH-USD", shelf).recall()).toEqual(USUAL);
});

test("a browser that keeps nothing breaks nothing", () => {
  const shelf = new Shelf();
  shelf.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  ticketMemory("ann", "BTC-USD", shelf).keep(CHOSEN);
  expect(ticketMemory("ann", "BTC-USD", shelf).recall()).toEqual(USUAL);
});

test("a lifetime that its type does not have is not believed", () => {
  const shelf = new Shelf();
  const memory = ticketMemory("ann", "BTC-USD", shelf);
  memory.keep({ ...CHOSEN, type: OrderType.MARKET });
  expect(memory.recall()).toEqual({ ...CHOSEN, type: OrderType.MARKET, timeInForce: TimeInForce.IOC });
});
