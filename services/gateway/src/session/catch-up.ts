import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { SessionContext } from "./session-context.ts";
import { missed, tooSlow } from "./session-refusals.ts";

/** Events told at once: the reports of two pages fit into a session's room, and so do those of the last and of what is held behind it. */
const PAGE = 5_000;
/** Live events held while the last page is fetched. */
const MOST_HELD = 10_000;
/** Milliseconds for a page to come, and for a client to take what it was told. */
const PATIENCE = 10_000;
/** Milliseconds between two looks at what a client has not taken yet. */
const LOOK = 5;

/** The session that catches up. */
export interface CatchingUp {
  readonly accountId: string;
  /** Aborted when the session ends. */
  readonly ended: AbortSignal;
  /** Sequence of the last event heard of the account's shard. */
  position(): number;
  /** Bytes that the client has not taken yet. */
  unread(): number;
  /** In sequence. */
  tell(event: OrderEvent): void;
  /** Everything up to here was told. */
  reached(sequence: number): void;
  /** Everything was told but these: what comes from now on is live. */
  caughtUp(events: readonly OrderEvent[]): void;
  end(error: RefusalError): void;
}

/**
 * Brings what a session missed, however much: page after page, each told before the next is fetched. The first page is all of it. One
 * that would be too long is fetched again over half of its sequences: histories are read from their end, and so an account with few
 * events costs one page however old the cursor is, and one with many a few pages that are given up.
 */
export class CatchUp {
  readonly #context: Pick<SessionContext, "history" | "clock" | "room">;
  readonly #session: CatchingUp;
  /** Everything up to here was told. */
  #after: number;
  /** Sequences that a page goes over, at most. */
  #span = Number.MAX_SAFE_INTEGER;
  /** Live events behind the last page; `undefined`: other pages follow, and bring what is heard until then. */
  #held: OrderEvent[] | undefined;

  constructor(context: Pick<SessionContext, "history" | "clock" | "room">, session: CatchingUp, after: number) {
    this.#context = context;
    this.#session = session;
    this.#after = after;
  }

  /** Fetches the next page, up to `position` at most. */
  fetch(position: number): void {
    const { history, clock } = this.#context;
    const { accountId, ended } = this.#session;
    const through = Math.min(position, this.#after + this.#span);
    this.#held = through < position ? undefined : [];
    const deadline = clock.monotonic() + PATIENCE;
    history({ accountId, after: this.#after, through, deadline }, PAGE, ended).then(
      (page) => this.#take(page, through),
      (error) => this.#session.end(error instanceof RefusalError ? error : missed()),
    );
  }

  /** An event that is live. */
  hear(event: OrderEvent): void {
    if (this.#held === undefined) return;
    if (this.#held.length < MOST_HELD) this.#held.push(event);
    else this.#session.end(tooSlow());
  }

  #take(page: readonly OrderEvent[] | undefined, through: number): void {
    if (this.#session.ended.aborted) return;
    if (page === undefined) this.#narrow(through - this.#after);
    else if (this.#held !== undefined) this.#session.caughtUp([...page, ...this.#held]);
    else this.#turn(page, through);
  }

  #narrow(sequences: number): void {
    if (sequences <= PAGE) return this.#session.end(missed());
    this.#span = Math.ceil(sequences / 2);
    this.fetch(this.#session.position());
  }

  #turn(page: readonly OrderEvent[], through: number): void {
    for (const event of page) this.#session.tell(event);
    this.#after = through;
    this.#session.reached(through);
    if (page.length <= PAGE / 2) this.#span *= 2;
    this.#goOn(this.#context.clock.monotonic() + PATIENCE);
  }

  /** Waits until the client has taken most of what it was told. */
  #goOn(deadline: number): void {
    const { clock, room } = this.#context;
    if (this.#session.ended.aborted) return;
    if (this.#session.unread() <= room.sessionBytes / 2) this.fetch(this.#session.position());
    else if (clock.monotonic() >= deadline) this.#session.end(tooSlow());
    else clock.after(LOOK, () => this.#goOn(deadline));
  }
}
