import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { GatewayMetrics } from "../gateway-metrics.ts";
import type { CommandClass } from "./pending-command.ts";

/** A shard that has forgotten what the store does not show yet asks again; not for ever. */
export const MOST_LOOK_UPS = 4;
/** Milliseconds: the store gathers for a quarter of a second before it shows what happened (S27). */
const FIRST_PAUSE = 150;

/**
 * Look-ups under way, of one account and of all: each has two reads under way at most, and the embedded store takes 10,000 reads of
 * everybody. New orders and replaces leave the others a tenth, for what takes risk away must pass (S24).
 */
const MOST_FOR_ORDERS = 1_000;
const MOST_OF_ACCOUNT = 1_100;
const MOST_FOR_ORDERS_OF_ALL = 4_000;
const MOST_OF_ALL = 4_400;

/** Waits before the store is looked at once more, `done` look-ups later: the first is at once. */
export function beforeLookUp(clock: Clock, done: number): Promise<void> {
  if (done === 0) return Promise.resolve();
  return new Promise((resolve) => void clock.after(FIRST_PAUSE << (done - 1), resolve));
}

/** What has to be read before a command can be sent. It comes before the intake counts anything, so that it has bounds of its own. */
export class LookUps {
  readonly #metrics: Pick<GatewayMetrics, "shed">;
  readonly #byAccount = new Map<string, number>();
  #underWay = 0;

  constructor(metrics: Pick<GatewayMetrics, "shed">) {
    this.#metrics = metrics;
  }

  /** Reads, or rejects with BUSY at once when too much is read already. It is counted until the store answers, whoever still waits. */
  read<Known>(accountId: string, commandClass: CommandClass, read: () => Promise<Known>): Promise<Known> {
    const refused = this.#refuse(accountId, commandClass === "ORDER");
    if (refused !== undefined) {
      this.#metrics.shed(refused.refusal.reason);
      return Promise.reject(refused);
    }
    const known = read();
    this.#count(accountId, 1);
    const leave = () => this.#count(accountId, -1);
    known.then(leave, leave);
    return known;
  }

  #refuse(accountId: string, isOrder: boolean): RefusalError | undefined {
    if (this.#underWay >= (isOrder ? MOST_FOR_ORDERS_OF_ALL : MOST_OF_ALL)) return overloaded();
    const own = this.#byAccount.get(accountId) ?? 0;
    return own >= (isOrder ? MOST_FOR_ORDERS : MOST_OF_ACCOUNT) ? tooMany(own) : undefined;
  }

  #count(accountId: string, by: 1 | -1): void {
    this.#underWay += by;
    const own = (this.#byAccount.get(accountId) ?? 0) + by;
    if (own > 0) this.#byAccount.set(accountId, own);
    else this.#byAccount.delete(accountId);
  }
}

/** What a caller is told whose command was not sent, as `what` could not be read. */
export function unread(error: unknown, what: string): RefusalError {
  if (error instanceof RefusalError && error.refusal.reason === Reason.BUSY) return error;
  return refusal(Reason.NOT_READY, `${what} cannot be read: nothing was logged`);
}

function tooMany(own: number): RefusalError {
  return refusal(Reason.BUSY, `${own} requests of the account are being looked up: send again a little later`, {
    retryAfter: { seconds: 0n, nanos: 100_000_000 },
  });
}

function overloaded(): RefusalError {
  return refusal(Reason.BUSY, "requests of too many accounts are being looked up: send again a little later", {
    retryAfter: { seconds: 1n, nanos: 0 },
  });
}
