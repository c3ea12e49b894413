import type { Limits } from "@atlas/gen/atlas/account/v1/account_pb";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { CommandClass } from "./pending-command.ts";

/** Unanswered commands of one account (S24). */
export const MOST_ORDERS = 4_000;
export const MOST_CANCELS = 10_000;
/**
 * Unanswered commands of all accounts together: some 2 kB of memory each. New orders and replaces leave the others their room, for
 * what takes risk away must pass when too much that adds risk waits.
 */
export const MOST_ORDERS_OF_ALL = 100_000;
export const MOST_CANCELS_OF_ALL = 100_000;
/** The gateway sheds above this many times the account's rate: below it the shard decides what passes. */
const RATE_FACTOR = 2;
/** Gates without anything to remember are forgotten when there are more. */
const KEPT = 20_000;

/** What the gateway remembers of an account's load. */
interface Gate {
  orders: number;
  cancels: number;
  /** New orders and replaces a second that the account may send; 0: not known yet, nothing is shed by rate. */
  ordersPerSecond: number;
  burst: number;
  tokens: number;
  /** Monotonic milliseconds of the last refill. */
  refilledAt: number;
}

/**
 * Keeps one account from filling the log, and all together from filling the gateway's memory: bounds of unanswered commands, and
 * twice an account's rate (S24).
 */
export class AccountGates {
  readonly #clock: Clock;
  readonly #gates = new Map<string, Gate>();
  readonly #learn: (accountId: string) => void;
  #orders = 0;
  #cancels = 0;

  /** `learn` is called once for each account that commands come for: `limits` tells its rate, when it is known. */
  constructor(clock: Clock, learn: (accountId: string) => void) {
    this.#clock = clock;
    this.#learn = learn;
  }

  /**
   * Takes a command in, or says why not; what was taken in is given back by `leave`. Not `counts`: it has been counted against
   * the account's rate already.
   */
  enter(accountId: string, commandClass: CommandClass, counts = true): RefusalError | undefined {
    const isOrder = commandClass === "ORDER";
    if (isOrder ? this.#orders >= MOST_ORDERS_OF_ALL : this.#cancels >= MOST_CANCELS_OF_ALL) return overloaded();
    const gate = this.#gate(accountId);
    const waiting = isOrder ? gate.orders : gate.cancels;
    if (waiting >= (isOrder ? MOST_ORDERS : MOST_CANCELS)) return tooManyWaiting(waiting);
    if (isOrder && counts && gate.ordersPerSecond > 0 && !this.#takeToken(gate)) return tooFast(gate);
    this.#count(gate, commandClass, 1);
    return undefined;
  }

  leave(accountId: string, commandClass: CommandClass): void {
    const gate = this.#gates.get(accountId);
    if (gate !== undefined) this.#count(gate, commandClass, -1);
  }

  /** The account's limits, as read or as just set. */
  limits(accountId: string, limits: Limits): void {
    const gate = this.#gates.get(accountId);
    if (gate === undefined) return;
    gate.ordersPerSecond = limits.ordersPerSecond * RATE_FACTOR;
    gate.burst = limits.orderBurst * RATE_FACTOR;
    gate.tokens = gate.burst;
    gate.refilledAt = this.#clock.monotonic();
  }

  #count(gate: Gate, commandClass: CommandClass, by: 1 | -1): void {
    if (commandClass === "ORDER") {
      gate.orders += by;
      this.#orders += by;
    } else {
      gate.cancels += by;
      this.#cancels += by;
    }
  }

  #gate(accountId: string): Gate {
    let gate = this.#gates.get(accountId);
    if (gate === undefined) {
      if (this.#gates.size >= KEPT) this.#forget();
      gate = { orders: 0, cancels: 0, ordersPerSecond: 0, burst: 0, tokens: 0, refilledAt: 0 };
      this.#gates.set(accountId, gate);
      this.#learn(accountId);
    }
    return gate;
  }

  #takeToken(gate: Gate): boolean {
    const now = this.#clock.monotonic();
    gate.tokens = Math.min(gate.burst, gate.tokens + ((now - gate.refilledAt) * gate.ordersPerSecond) / 1000);
    gate.refilledAt = now;
    if (gate.tokens < 1) return false;
    gate.tokens -= 1;
    return true;
  }

  #forget(): void {
    for (const [accountId, gate] of this.#gates) {
      if (gate.orders === 0 && gate.cancels === 0) this.#gates.delete(accountId);
    }
  }
}

function tooManyWaiting(waiting: number): RefusalError {
  return refusal(Reason.BUSY, `${waiting} commands of the account wait for an answer: send again a little later`, {
    retryAfter: { seconds: 0n, nanos: 100_000_000 },
  });
}

function overloaded(): RefusalError {
  return refusal(Reason.BUSY, "commands of too many accounts wait for an answer: send again a little later", {
    retryAfter: { seconds: 1n, nanos: 0 },
  });
}

function tooFast(gate: Gate): RefusalError {
  const milliseconds = Math.max(1, Math.ceil(((1 - gate.tokens) * 1000) / gate.ordersPerSecond));
  return refusal(Reason.RATE_LIMIT, "far above the account's rate of orders", {
    retryAfter: { seconds: BigInt(Math.floor(milliseconds / 1000)), nanos: (milliseconds % 1000) * 1_000_000 },
  });
}
