import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";

/**
 * Groups that are watched on this gateway, and those of them that one user watches: every one looks at the market again after each
 * change, and keeps what it told.
 */
export const MOST_GROUPS = 1_024;
export const MOST_OF_USER = 128;

/**
 * Who watches which groups, by user. Only what makes a new one is ever refused: to join what somebody watches costs next to nothing. A
 * group is counted for each user who is in it, whoever opened it, until the last stream of theirs that is has ended (F22).
 */
export class MarketPlaces {
  /** Streams by group, of all users. */
  readonly #streams = new Map<string, number>();
  /** Streams by user and group. */
  readonly #byUser = new Map<string, Map<string, number>>();

  /**
   * Takes a user's places in all of these groups, or in none: throws OPEN_STREAMS_LIMIT, or BUSY where others have them. What is called
   * gives them back, once.
   */
  take(userId: string, groups: ReadonlySet<string>): () => void {
    const refused = this.#refuse(this.#byUser.get(userId), groups);
    if (refused !== undefined) throw refused;
    if (groups.size === 0) return () => {};
    const own = this.#byUser.get(userId) ?? new Map<string, number>();
    this.#byUser.set(userId, own);
    for (const group of groups) {
      enter(own, group);
      enter(this.#streams, group);
    }
    return () => {
      for (const group of groups) {
        leave(own, group);
        leave(this.#streams, group);
      }
      if (own.size === 0) this.#byUser.delete(userId);
    };
  }

  #refuse(own: ReadonlyMap<string, number> | undefined, groups: ReadonlySet<string>): RefusalError | undefined {
    const opened = countMissing(groups, this.#streams);
    if (opened === 0) return undefined;
    const watched = own?.size ?? 0;
    const joined = own === undefined ? groups.size : countMissing(groups, own);
    if (watched + joined > MOST_OF_USER) return tooMany(watched);
    return this.#streams.size + opened > MOST_GROUPS ? overloaded() : undefined;
  }
}

function countMissing(groups: ReadonlySet<string>, among: ReadonlyMap<string, number>): number {
  let missing = 0;
  for (const group of groups) if (!among.has(group)) missing += 1;
  return missing;
}

function enter(streams: Map<string, number>, group: string): void {
  streams.set(group, (streams.get(group) ?? 0) + 1);
}

function leave(streams: Map<string, number>, group: string): void {
  const left = (streams.get(group) ?? 0) - 1;
  if (left > 0) streams.set(group, left);
  else streams.delete(group);
}

function tooMany(watched: number): RefusalError {
  const message = `${watched} different subscriptions to markets are open, and ${MOST_OF_USER} may be: end a stream, or ask for the same`;
  return refusal(Reason.OPEN_STREAMS_LIMIT, message, {
    field: "subscriptions",
    facts: { open: String(watched), limit: String(MOST_OF_USER) },
  });
}

function overloaded(): RefusalError {
  return refusal(Reason.BUSY, "too many different subscriptions to markets are open: try again a little later", {
    field: "subscriptions",
    retryAfter: { seconds: 1n, nanos: 0 },
  });
}
