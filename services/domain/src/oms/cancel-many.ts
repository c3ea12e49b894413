import type { OpenOrder } from "../order/open-order.ts";
import { cancelRequested } from "./cancel.ts";
import { checkRequest, REPEATED } from "./check-request.ts";
import { answer, logTimeOf, NO_POSTINGS, settle } from "./make-event.ts";
import type { CancelOrders, OmsInput } from "./oms-command.ts";
import { type LinkOut, OmsEvent, type SettledRequest } from "./oms-event.ts";
import type { OmsState, OpenWork } from "./oms-state.ts";

/** Events of a slice: its cancels, then the one that holds how far it has come (S13). */
const SLICE = 500;

/** Every open order of the account that matches is asked to be canceled, in the order of acceptance, in slices. The event
 * that ends the first slice settles the request. */
export function decideCancelMany(state: OmsState, input: OmsInput, command: CancelOrders): readonly OmsEvent[] {
  const { head } = command;
  const first = checkRequest(state, input, head, true);
  if (first === REPEATED) return [answer(state, input, head, "", undefined)];
  if (first !== undefined) return [answer(state, input, head, "", first)];
  const { accountId, commandId } = head;
  if (!state.accounts.has(accountId)) return [answer(state, input, head, "", { reason: "UNKNOWN_ACCOUNT", accountId })];
  const work = { commandId, accountId, instrumentId: command.instrumentId, side: command.side, cursor: 0 };
  return slice(state, input, work, settle(state, head));
}

/** The next slice of work that is open: a function of the state alone. */
export function advanceWork(state: OmsState, work: OpenWork): readonly OmsEvent[] {
  const { causeOffset, causeIndex, appendTime } = state;
  const rest = { offset: causeOffset, index: causeIndex, appendTime, link: undefined };
  return slice(state, rest, work, undefined);
}

function slice(
  state: OmsState,
  input: Omit<OmsInput, "command">,
  work: OpenWork,
  settled: SettledRequest | undefined,
): readonly OmsEvent[] {
  const events: OmsEvent[] = [];
  const numbers = new Map<string, number>();
  let cursor = work.cursor;
  let order = nextOrder(state, work, cursor);
  while (order !== undefined && events.length < SLICE - 1) {
    events.push(cancelOf(state, input, work, order, events.length, numbers));
    cursor = order.terms.acceptedSequence;
    order = nextMatch(order.next, work);
  }
  const body = { kind: "WORK_ADVANCED" as const, cursor, done: order === undefined, side: work.side };
  events.push(eventOf(state, input, work, events.length, "", work.instrumentId, undefined, settled, body));
  return events;
}

function cancelOf(
  state: OmsState,
  input: Omit<OmsInput, "command">,
  work: OpenWork,
  order: OpenOrder,
  before: number,
  numbers: Map<string, number>,
): OmsEvent {
  const { instrumentId, orderId } = order.terms;
  const { destination } = state.routes.of(instrumentId);
  const number = (numbers.get(destination) ?? state.outgoing.last(destination)) + 1;
  numbers.set(destination, number);
  const body = cancelRequested(order);
  return eventOf(state, input, work, before, orderId, instrumentId, { destination, number }, undefined, body);
}

/** An event of a slice: `before` others of it come first. */
function eventOf(
  state: OmsState,
  input: Omit<OmsInput, "command">,
  work: OpenWork,
  before: number,
  orderId: string,
  instrumentId: string,
  linkOut: LinkOut | undefined,
  request: SettledRequest | undefined,
  body: OmsEvent["body"],
): OmsEvent {
  return new OmsEvent(
    state.sequence + 1 + before,
    input.offset,
    input.index,
    input.appendTime,
    logTimeOf(state, input),
    work.commandId,
    work.accountId,
    orderId,
    instrumentId,
    input.link,
    linkOut,
    NO_POSTINGS,
    request,
    0,
    body,
  );
}

function nextOrder(state: OmsState, work: OpenWork, cursor: number): OpenOrder | undefined {
  let order = state.account(work.accountId).firstOrder;
  while (order !== undefined && order.terms.acceptedSequence <= cursor) order = order.next;
  return nextMatch(order, work);
}

/** The first order from one on that matches and that no cancel is on its way for. */
function nextMatch(from: OpenOrder | undefined, work: OpenWork): OpenOrder | undefined {
  let order = from;
  while (order !== undefined && !matches(order, work)) order = order.next;
  return order;
}

function matches(order: OpenOrder, work: OpenWork): boolean {
  const { instrumentId, side } = order.terms;
  if (order.status === "PENDING_CANCEL") return false;
  if (work.instrumentId !== "" && work.instrumentId !== instrumentId) return false;
  return work.side === undefined || work.side === side;
}
