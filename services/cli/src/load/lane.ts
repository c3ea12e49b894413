import type { AtlasClient } from "../client/atlas-client.ts";
import type { OrderTable } from "./order-table.ts";

/** One account's road into the platform. */
export interface LaneTerms {
  readonly atlas: AtlasClient;
  readonly accountId: string;
  readonly orders: OrderTable;
  /** At most so many requests unanswered; 0: what the server allows, or a lane's own measure. */
  readonly window: number;
  /** How long to ask again when the platform is away, milliseconds. */
  readonly retryFor: number;
  /** When the order should be sent, by `performance.now()`; 0: as soon as there is room. */
  dueAt(index: number): number;
  readonly losses: Losses;
  /** Ends the lane early. */
  readonly signal: AbortSignal;
}

/** What went wrong on the way: counted, for every lane. */
export interface Losses {
  /** Requests unanswered on all lanes each time connections broke, with the time by `performance.now()`. */
  readonly unanswered: { readonly at: number; readonly count: number }[];
  /** Requests that were sent again. */
  repeated: number;
  notice(text: string): void;
}

/** Lanes lose a platform one after the other. Milliseconds. */
const SAME_LOSS = 1_000;

/** Notes requests that a broken connection left unanswered; what breaks within a second is one loss. */
export function noteLoss(losses: Losses, count: number): void {
  if (count === 0) return;
  const now = performance.now();
  const last = losses.unanswered.at(-1);
  if (last !== undefined && now - last.at < SAME_LOSS) {
    losses.unanswered[losses.unanswered.length - 1] = { at: last.at, count: last.count + count };
  } else {
    losses.unanswered.push({ at: now, count });
    losses.notice("the platform is away; asking again with the same request ids");
  }
}

/**
 * Sends every order of the table and returns when each is known to be filled. Throws when one is refused for good, or the
 * platform stays away for longer than `retryFor`.
 */
export type Lane = (terms: LaneTerms) => Promise<void>;
