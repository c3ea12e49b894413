import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import type { Asked, ToldOrder } from "./asked.ts";
import { differenceOf } from "./order-state.ts";

/** A fill as a session told it. */
export interface ToldFill {
  readonly executionId: string;
  readonly orderId: string;
  readonly price: string;
  readonly quantity: string;
}

/** What all clients asked for and were told: all that the model of a run is fed with. */
export class ClientBook {
  readonly asked: Asked[] = [];
  /** By order, every state of it that a client was told. */
  readonly told = new Map<string, ToldOrder[]>();
  /** By execution. */
  readonly fills = new Map<string, ToldFill>();
  /** Of accounts that trade on sessions: the sequence behind which these tell every fill. */
  readonly sessions = new Map<string, number>();
  /** Answers that cannot be, in words. */
  readonly broken: string[] = [];
  /** Orders that were sent in batches at first. */
  batched = 0;
  /** Sendings beyond the first. */
  repeated = 0;

  /** The highest version of an order that a client knows of. */
  known(orderId: string): number {
    return this.told.get(orderId)?.at(-1)?.version ?? 0;
  }

  /** A client was told an order in answer to what it sent when it knew version `before` (S22). */
  tell(order: ToldOrder, before: number): void {
    const { orderId, version } = order;
    if (version < before) this.broken.push(`${orderId} was told at version ${version} to who had been told ${before}`);
    const states = this.told.get(orderId);
    if (states === undefined) {
      this.told.set(orderId, [order]);
      return;
    }
    const same = states.find((state) => state.version === version);
    if (same === undefined) {
      states.push(order);
      states.sort((one, other) => one.version - other.version);
    } else {
      const difference = differenceOf(order, same);
      if (difference !== "") this.broken.push(`${orderId} was told in two ways at version ${version}: ${difference}`);
    }
  }

  /** An account's first session was opened: reports behind this sequence will come. */
  began(accountId: string, sequence: number): void {
    this.sessions.set(accountId, sequence);
  }

  /** A resumed session may tell a fill once more, but not otherwise. */
  fill({ executionId, orderId, lastPrice, lastQuantity }: ExecutionReport): void {
    const told = { executionId, orderId, price: lastPrice, quantity: lastQuantity };
    const before = this.fills.get(executionId);
    if (before === undefined) this.fills.set(executionId, told);
    else if (before.orderId !== orderId || before.price !== lastPrice || before.quantity !== lastQuantity) {
      this.broken.push(`fill ${executionId} was told in two ways`);
    }
  }

  /** Requests that their clients do not know the outcome of. */
  get unanswered(): number {
    return this.asked.reduce((count, { answeredAt }) => count + (answeredAt === 0 ? 1 : 0), 0);
  }

  /** Requests that their clients left at being told that nothing was done. */
  get givenUp(): number {
    return this.asked.reduce((count, { gaveUpOn }) => count + (gaveUpOn === undefined ? 0 : 1), 0);
  }

  /** The longest time between two answers to one account, of those that came since then, and that account. */
  longestSilence(since: number): { readonly accountId: string; readonly milliseconds: number } {
    const last = new Map<string, number>();
    let longest = { accountId: "", milliseconds: 0 };
    for (const { accountId, answeredAt } of this.asked.toSorted((one, other) => one.answeredAt - other.answeredAt)) {
      if (answeredAt < since) continue;
      const milliseconds = answeredAt - (last.get(accountId) ?? answeredAt);
      if (milliseconds > longest.milliseconds) longest = { accountId, milliseconds };
      last.set(accountId, answeredAt);
    }
    return longest;
  }

  /** The longest that a client waited for an answer, in milliseconds. */
  get longestWait(): number {
    return this.asked.reduce((most, { askedAt, answeredAt }) => Math.max(most, answeredAt - askedAt), 0);
  }
}
