import { rulesOf } from "../engine/engine-rules.ts";
import type { Posting } from "../ledger/posting.ts";
import type { Moment } from "../limits/assess.ts";
import type { OmsRefusal } from "../limits/refusal.ts";
import type { CommandHead, OmsInput } from "./oms-command.ts";
import { type LinkOut, OmsEvent, type OmsEventBody, type SettledRequest } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

export const NO_POSTINGS: readonly Posting[] = [];

/** What an event says besides what its input and the state give it. */
export interface EventParts {
  readonly commandId: string;
  readonly accountId: string;
  readonly orderId: string;
  readonly instrumentId: string;
  readonly linkOut: LinkOut | undefined;
  readonly postings: readonly Posting[];
  readonly request: SettledRequest | undefined;
  /** 0: unchanged. */
  readonly rateMark: number;
  readonly body: OmsEventBody;
}

/** The next event of the shard, caused by an input. */
export function makeEvent(state: OmsState, input: OmsInput, parts: EventParts): OmsEvent {
  return new OmsEvent(
    state.sequence + 1,
    input.offset,
    input.index,
    input.appendTime,
    logTimeOf(state, input),
    parts.commandId,
    parts.accountId,
    parts.orderId,
    parts.instrumentId,
    input.link,
    parts.linkOut,
    parts.postings,
    parts.request,
    parts.rateMark,
    parts.body,
  );
}

/** A command had no effect of its own. Its id is unused, unless `request` says that it is settled. */
export function answer(
  state: OmsState,
  input: OmsInput,
  head: CommandHead,
  orderId: string,
  refusal: OmsRefusal | undefined,
  request?: SettledRequest,
): OmsEvent {
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId: head.accountId,
    orderId,
    instrumentId: "",
    linkOut: undefined,
    postings: NO_POSTINGS,
    request,
    rateMark: 0,
    body: { kind: "COMMAND_ANSWERED", refusal },
  });
}

/** The request of a command that has its effect now; `undefined`: it names none. */
export function settle(state: OmsState, head: CommandHead): SettledRequest | undefined {
  if (head.requestId === "") return undefined;
  return { requestId: head.requestId, contentDigest: head.contentDigest, number: state.requests.next };
}

/** The next message to a destination. */
export function linkTo(state: OmsState, destination: string): LinkOut {
  return { destination, number: state.outgoing.last(destination) + 1 };
}

/** The moment at which an order is looked at, in the shard as it is now. */
export function momentOf(state: OmsState, appendTime: number): Moment {
  return { appendTime, rateClock: rateClockOf(state, appendTime), rules: rulesOf(state.engineVersion) };
}

/** Log time with an input: the running maximum of append times (S8). */
export function logTimeOf(state: OmsState, input: Pick<OmsInput, "appendTime">): number {
  return input.appendTime > state.logTime ? input.appendTime : state.logTime;
}

/** The rate clock with an input, in microseconds: it moves by what passed since the last one, a step back counts as none. */
export function rateClockOf(state: OmsState, appendTime: number): number {
  const passed = appendTime - state.appendTime;
  return (state.rateClock + (passed > 0 ? passed : 0)) * 1_000;
}
