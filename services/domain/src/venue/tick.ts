import { advanceSession } from "../market/session-figures.ts";
import { applyRecording } from "../participants/recorded-market.ts";
import { actOnTick } from "../participants/simulated-market.ts";
import { remove } from "./amend-order.ts";
import { publishDelta, publishTicker } from "./publish.ts";
import { reportChange } from "./report.ts";
import { orderAt } from "./settle.ts";
import type { Turn } from "./turn.ts";
import { deskOf } from "./venue-desk.ts";
import type { RecordedMarket, Tick } from "./venue-input.ts";
import type { VenueBook } from "./venue-state.ts";

/**
 * S10: the next tick, not too soon after the last, moves every instrument; any other changes nothing. Append times are
 * compared as they are: after a clock went back (F17) log time stands still for long, and the market must not.
 */
export function applyTick(turn: Turn, input: Tick): void {
  const { state, time } = turn;
  if (input.number !== state.tickNumber + 1) return;
  const elapsed = time.appendTime - state.tickTime;
  if (state.tickNumber > 0 && elapsed >= 0 && elapsed * 2 < state.settings.tickInterval) return;
  state.tickNumber = input.number;
  state.tickTime = time.appendTime;
  for (const venueBook of state.books) {
    advanceSession(venueBook.figures, time.logTime);
    expireDayOrders(turn, venueBook);
    if (venueBook.simulated !== undefined) actOnTick(venueBook.simulated, input.number, deskOf(turn, venueBook));
    publishDelta(turn, venueBook, true);
    publishTicker(turn, venueBook);
  }
}

/** The next step of a recording, or its first one; any other, or for a market that is not recorded, changes nothing. */
export function applyRecordedMarket(turn: Turn, venueBook: VenueBook | undefined, input: RecordedMarket): void {
  if (venueBook?.participants?.kind !== "RECORDED") return;
  if (input.number !== 1 && input.number !== venueBook.recordingNumber + 1) return;
  const desk = deskOf(turn, venueBook);
  if (input.number === 1) desk.withdrawAll();
  venueBook.recordingNumber = input.number;
  applyRecording(input, desk);
}

/** DAY orders whose session is over, in the order in which they were accepted. */
function expireDayOrders(turn: Turn, venueBook: VenueBook): void {
  const { logTime } = turn.time;
  if (logTime < venueBook.earliestExpiry) return;
  const due: number[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  for (let handle = 0; handle < venueBook.orders.length; handle++) {
    const expiresAt = venueBook.orders[handle]?.expiresAt ?? 0;
    if (expiresAt === 0) continue;
    if (expiresAt <= logTime) due.push(handle);
    else earliest = Math.min(earliest, expiresAt);
  }
  venueBook.earliestExpiry = earliest;
  due.sort((left, right) => orderAt(venueBook, left).acceptance - orderAt(venueBook, right).acceptance);
  for (const handle of due) expire(turn, venueBook, handle);
}

function expire(turn: Turn, venueBook: VenueBook, handle: number): void {
  const order = orderAt(venueBook, handle);
  const filled = venueBook.book.filled(handle);
  remove(venueBook, handle, order);
  reportChange(turn, venueBook, order, "EXPIRED", "EXPIRED", 0, filled, "SESSION_ENDED");
}
