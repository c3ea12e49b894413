import { FundsMovement, type OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type ClientRequest, saysNothing } from "./client-model.ts";
import { e8 } from "./e8.ts";
import type { Violations } from "./violations.ts";

/** A movement of funds as the log has it. */
interface Moved {
  readonly method: string;
  readonly asset: string;
  readonly amount: bigint;
}

/** Deposits and withdrawals: each is made once, as it was asked for, and its client told so (I6, I7). */
export class FundsModel {
  readonly #byRequest = new Map<string, Moved[]>();
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  take({ accountId, requestId, event, eventId }: OrderEvent): void {
    if (event.case !== "fundsMoved" || event.value.movement === FundsMovement.ALLOTMENT) return;
    const method = event.value.movement === FundsMovement.DEPOSIT ? "deposit" : "withdraw";
    const key = `${accountId}\n${requestId}`;
    const moved = this.#byRequest.get(key) ?? [];
    this.#byRequest.set(key, moved);
    moved.push(...event.value.amounts.map(({ asset, amount }) => ({ method, asset, amount: e8(amount) })));
    this.#violations.check("I6", moved.length === 1, () => `${eventId} moves funds of request ${requestId} once more`);
  }

  /** At the end, when everything is decided. */
  end(requests: readonly ClientRequest[]): void {
    for (const { accountId, requestId, method, funds, answers } of requests) {
      if (funds === undefined) continue;
      const [moved] = this.#byRequest.get(`${accountId}\n${requestId}`) ?? [];
      const name = `${method} ${requestId} of ${accountId}`;
      const isTold = answers.some(({ kind }) => kind === "DONE");
      this.#violations.check(
        "I7",
        !isTold || moved !== undefined,
        () => `${name} was told as done, and is not on the log`,
      );
      const nothing = answers.length > 0 && answers.every(saysNothing);
      this.#violations.check("I7", !nothing || moved === undefined, () => `${name} was told that nothing was done`);
      if (moved === undefined) continue;
      const isSame = moved.method === method && moved.asset === funds.asset && moved.amount === e8(funds.amount);
      this.#violations.check(
        "I6",
        isSame,
        () => `${name} moved ${moved.amount} ${moved.asset}, asked was ${funds.amount}`,
      );
    }
  }
}
