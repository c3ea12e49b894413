import { BrokenInvariant } from "../ledger/broken-invariant.ts";

export type OrderStatus =
  | "PENDING_SUBMIT"
  | "UNTRIGGERED"
  | "LIVE"
  | "PARTIALLY_FILLED"
  | "FILLED"
  | "PENDING_CANCEL"
  | "CANCELED"
  | "PENDING_REPLACE"
  | "REJECTED"
  | "EXPIRED";

/** What can befall an order. */
export type OrderStep =
  /** The venue holds it until its trigger fires. */
  | "ARM"
  | "TRIGGER"
  /** It comes to rest on the book. */
  | "REST"
  | "FILL_PART"
  | "FILL_ALL"
  /** Self-trade prevention lowers it. */
  | "REDUCE"
  | "ASK_CANCEL"
  | "REFUSE_CANCEL"
  | "CANCEL"
  | "ASK_REPLACE"
  | "REFUSE_REPLACE"
  | "REPLACE"
  | "REJECT"
  | "EXPIRE";

/** LIVE while nothing is filled, PARTIALLY_FILLED after. */
type Target = OrderStatus | "WORKING";

/** Every arrow there is: what is absent is impossible, and a final status has none. */
export const ORDER_STATES = {
  PENDING_SUBMIT: {
    ARM: "UNTRIGGERED",
    REST: "LIVE",
    FILL_PART: "PARTIALLY_FILLED",
    FILL_ALL: "FILLED",
    REDUCE: "PENDING_SUBMIT", // the arriving order met its owner's and goes on
    ASK_CANCEL: "PENDING_CANCEL", // the same partition: the cancel arrives after the order
    ASK_REPLACE: "PENDING_REPLACE",
    CANCEL: "CANCELED", // IOC, FOK, collar
    REJECT: "REJECTED",
    EXPIRE: "EXPIRED",
  },
  UNTRIGGERED: {
    TRIGGER: "LIVE",
    FILL_PART: "PARTIALLY_FILLED",
    FILL_ALL: "FILLED",
    ASK_CANCEL: "PENDING_CANCEL",
    ASK_REPLACE: "PENDING_REPLACE",
    CANCEL: "CANCELED",
    EXPIRE: "EXPIRED",
  },
  LIVE: {
    FILL_PART: "PARTIALLY_FILLED",
    FILL_ALL: "FILLED",
    REDUCE: "LIVE",
    ASK_CANCEL: "PENDING_CANCEL",
    ASK_REPLACE: "PENDING_REPLACE",
    CANCEL: "CANCELED",
    EXPIRE: "EXPIRED",
  },
  PARTIALLY_FILLED: {
    REST: "PARTIALLY_FILLED", // what an arriving order could not trade rests
    FILL_PART: "PARTIALLY_FILLED",
    FILL_ALL: "FILLED",
    REDUCE: "PARTIALLY_FILLED",
    ASK_CANCEL: "PENDING_CANCEL",
    ASK_REPLACE: "PENDING_REPLACE",
    CANCEL: "CANCELED",
    EXPIRE: "EXPIRED",
  },
  PENDING_CANCEL: {
    ARM: "PENDING_CANCEL",
    TRIGGER: "PENDING_CANCEL",
    REST: "PENDING_CANCEL",
    FILL_PART: "PENDING_CANCEL",
    FILL_ALL: "FILLED", // the cancel lost the race
    REDUCE: "PENDING_CANCEL",
    CANCEL: "CANCELED",
    REFUSE_CANCEL: "WORKING",
    REPLACE: "PENDING_CANCEL", // a replace that was on its way first
    REFUSE_REPLACE: "PENDING_CANCEL",
    REJECT: "REJECTED",
    EXPIRE: "EXPIRED",
  },
  PENDING_REPLACE: {
    ARM: "PENDING_REPLACE",
    TRIGGER: "PENDING_REPLACE",
    REST: "PENDING_REPLACE",
    FILL_PART: "PENDING_REPLACE",
    FILL_ALL: "FILLED", // the replace lost the race
    REDUCE: "PENDING_REPLACE",
    ASK_CANCEL: "PENDING_CANCEL",
    CANCEL: "CANCELED", // also: replaced to what is filled already
    REPLACE: "WORKING",
    REFUSE_REPLACE: "WORKING",
    REJECT: "REJECTED", // the order itself was still on its way
    EXPIRE: "EXPIRED",
  },
  FILLED: {},
  CANCELED: {},
  REJECTED: {},
  EXPIRED: {},
} as const satisfies Record<OrderStatus, Partial<Record<OrderStep, Target>>>;

/** Where a step leads; `undefined`: the table has no such arrow. `filled` tells whether anything is, after the step. */
export function nextStatus(status: OrderStatus, step: OrderStep, filled: boolean): OrderStatus | undefined {
  const arrows: Partial<Record<OrderStep, Target>> = ORDER_STATES[status];
  const target = arrows[step];
  return target === "WORKING" ? workingStatus(filled) : target;
}

/** The same where the arrow must be there. */
export function requireStatus(status: OrderStatus, step: OrderStep, filled: boolean): OrderStatus {
  const next = nextStatus(status, step, filled);
  if (next === undefined) throw new BrokenInvariant(`${step} of an order that is ${status}`);
  return next;
}

/** Whether nothing ever follows. */
export function isFinal(status: OrderStatus): boolean {
  return status === "FILLED" || status === "CANCELED" || status === "REJECTED" || status === "EXPIRED";
}

function workingStatus(filled: boolean): OrderStatus {
  return filled ? "PARTIALLY_FILLED" : "LIVE";
}
