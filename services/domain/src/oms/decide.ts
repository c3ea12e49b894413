import { BrokenInvariant } from "../ledger/broken-invariant.ts";
import { failedCheck } from "../limits/failed-check.ts";
import { decideCreateAccount, decideSetLimits } from "./account-commands.ts";
import { decideCancel } from "./cancel.ts";
import { decideCancelMany } from "./cancel-many.ts";
import { decideAllot, decideFunds } from "./funds.ts";
import { answer, makeEvent, NO_POSTINGS } from "./make-event.ts";
import type { CommandHead, ControlChange, OmsInput } from "./oms-command.ts";
import type { OmsEvent, OmsEventBody } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";
import { decideReplace } from "./replace.ts";
import { decideReport } from "./report.ts";
import { decideSubmit } from "./submit.ts";

/** Hears why a check failed, for people to know: nothing is decided by what it does. */
export type FailureListener = (error: unknown) => void;

/**
 * What an input leads to, as events in sequence; changes nothing. Every command has an event that cites it (S13); an owner's
 * timer that finds nothing due has none. A new order or a replace whose checks throw is refused (I17). What throws here stops
 * the shard: a broken invariant, or a defect elsewhere.
 */
export function decide(state: OmsState, input: OmsInput, failed?: FailureListener): readonly OmsEvent[] {
  if (state.work !== undefined) throw new BrokenInvariant(`${state.name} decides an input while work is open`);
  const { command } = input;
  switch (command.kind) {
    case "SUBMIT":
      try {
        return [decideSubmit(state, input, command)];
      } catch (error) {
        return [refuseUnchecked(state, input, command.head, "", error, failed)];
      }
    case "REPORT":
      return [decideReport(state, input, command)];
    case "CANCEL":
      return [decideCancel(state, input, command)];
    case "REPLACE":
      try {
        return [decideReplace(state, input, command)];
      } catch (error) {
        return [refuseUnchecked(state, input, command.head, command.orderId, error, failed)];
      }
    case "CANCEL_MANY":
      return decideCancelMany(state, input, command);
    case "DEPOSIT":
    case "WITHDRAW":
      return [decideFunds(state, input, command)];
    case "SET_LIMITS":
      return [decideSetLimits(state, input, command)];
    case "CREATE_ACCOUNT":
      return [decideCreateAccount(state, input, command)];
    case "ALLOT":
      return [decideAllot(state, input, command)];
    case "TIMER_DUE":
      return [];
    case "NOTHING":
      return [bare(state, input, command.commandId, { kind: "INPUT_UNREADABLE", why: command.why })];
    default:
      return [bare(state, input, command.commandId, controlBody(command))];
  }
}

function refuseUnchecked(
  state: OmsState,
  input: OmsInput,
  head: CommandHead,
  orderId: string,
  error: unknown,
  failed: FailureListener | undefined,
): OmsEvent {
  const refusal = failedCheck(error);
  failed?.(error);
  return answer(state, input, head, orderId, refusal);
}

/** An input that does not decode is counted, and the shard goes on (S26). */
export function decideUnreadable(state: OmsState, input: Omit<OmsInput, "command">, why: string): OmsEvent {
  const command = { kind: "NOTHING" as const, commandId: "", why };
  return bare(state, { ...input, command }, "", { kind: "INPUT_UNREADABLE", why });
}

function controlBody(change: ControlChange): OmsEventBody {
  switch (change.kind) {
    case "DEFINE_INSTRUMENT":
      return { kind: "INSTRUMENT_DEFINED", listing: change.listing };
    case "REVOKE_PRINCIPAL":
      return { kind: "PRINCIPAL_REVOKED", principal: change.principal };
    case "ACTIVATE_ENGINE":
      return { kind: "ENGINE_ACTIVATED", version: change.version };
  }
}

/** An event that concerns no account. */
function bare(state: OmsState, input: OmsInput, commandId: string, body: OmsEventBody): OmsEvent {
  const instrumentId = body.kind === "INSTRUMENT_DEFINED" ? body.listing.instrument.instrumentId : "";
  return makeEvent(state, input, {
    commandId,
    accountId: "",
    orderId: "",
    instrumentId,
    linkOut: undefined,
    postings: NO_POSTINGS,
    request: undefined,
    rateMark: 0,
    body,
  });
}
