import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { SessionClient } from "../clients/session-client.ts";
import { e8 } from "./e8.ts";
import { orderOf } from "./screen-model.ts";
import type { Violations } from "./violations.ts";

/** A client, and what it was told. */
type Told = Pick<SessionClient, "accountId" | "told">;

/**
 * Holds the reports that a client was told on its sessions against its account's events: behind the cursor that a session begins at comes every
 * event of the orders that it reports, once and in sequence, and a cursor never says more than was told (I19).
 */
export function checkSession(client: Told, events: readonly OrderEvent[], violations: Violations): void {
  const { accountId } = client;
  const due = new DueReports(events.filter((event) => orderOf(event).size > 0));
  for (const told of client.told) {
    if (told.kind === "opened") {
      const { cursor, sessionId, resumes } = told;
      const last = due.cursor;
      violations.check("I19", !resumes || cursor === last, () => `${accountId} resumes at ${cursor}, not at ${last}`);
      due.begin(cursor, resumes ? undefined : sessionId);
      continue;
    }
    const missed = due.through(told.kind === "report" ? told.cursor - 1 : told.cursor);
    const passedOver = () => `${accountId}'s session at ${told.cursor} has not reported ${missed}`;
    violations.check("I19", missed.length === 0, passedOver);
    if (told.kind !== "report") continue;
    const { sequence, orderId, version, status, leavesQuantity } = told.report;
    const word = `${orderId} ${version} ${status} ${e8(leavesQuantity)}`;
    const next = due.take(Number(sequence));
    violations.check("I19", word === next, () => `${accountId} is told ${word} at ${sequence}, due is ${next}`);
  }
}

/** What of an account's events a session has to report next. */
class DueReports {
  cursor = 0;
  readonly #events: readonly OrderEvent[];
  readonly #sessions = new Map<string, string>();
  #sessionId: string | undefined;
  #next = 0;

  constructor(events: readonly OrderEvent[]) {
    this.#events = events;
    for (const { orderId, event } of events) {
      const isMade = event.case === "orderAccepted" || event.case === "orderDenied";
      if (isMade) this.#sessions.set(orderId, event.value.order?.sessionId ?? "");
    }
  }

  /** Everything after a cursor, or what concerns the orders of one session. */
  begin(cursor: number, sessionId: string | undefined): void {
    this.cursor = cursor;
    this.#sessionId = sessionId;
    this.#next = this.#events.findIndex(({ sequence }) => Number(sequence) > cursor);
    if (this.#next < 0) this.#next = this.#events.length;
  }

  /** What the event of a sequence, if it is the next, has to be told as. */
  take(sequence: number): string | undefined {
    const event = this.#events[this.#next];
    if (event === undefined || Number(event.sequence) !== sequence || !this.#isDue(event)) return undefined;
    this.#next++;
    this.cursor = sequence;
    return [...orderOf(event)].map(([orderId, word]) => `${orderId} ${word}`).join();
  }

  /** Sequences up to this one that had to be told before, and were not. */
  through(sequence: number): number[] {
    const missed: number[] = [];
    for (let event = this.#events[this.#next]; event !== undefined; event = this.#events[this.#next]) {
      if (Number(event.sequence) > sequence) break;
      this.#next++;
      if (this.#isDue(event)) missed.push(Number(event.sequence));
    }
    this.cursor = Math.max(this.cursor, sequence);
    return missed;
  }

  #isDue({ orderId }: OrderEvent): boolean {
    return this.#sessionId === undefined || this.#sessions.get(orderId) === this.#sessionId;
  }
}
