import type { QuantityLimit } from "../account/account-limits.ts";
import { rateMarkUnder } from "../account/rate.ts";
import { checkRequest, REPEATED } from "./check-request.ts";
import { accountFor } from "./funds.ts";
import { answer, makeEvent, NO_POSTINGS, rateClockOf, settle } from "./make-event.ts";
import type { CreateAccount, OmsInput, SetLimits } from "./oms-command.ts";
import type { OmsEvent } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** An account is opened; one of the same owner that is there already is what was asked for. */
export function decideCreateAccount(state: OmsState, input: OmsInput, command: CreateAccount): OmsEvent {
  const { head, ownerId } = command;
  const first = checkRequest(state, input, head, false);
  if (first === REPEATED) return answer(state, input, head, "", undefined);
  if (first !== undefined) return answer(state, input, head, "", first);
  const { accountId } = head;
  const account = state.accounts.get(accountId);
  if (account !== undefined) {
    const differs = account.ownerId !== ownerId;
    return answer(state, input, head, "", differs ? { reason: "ACCOUNT_DIFFERS", accountId } : undefined);
  }
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId,
    orderId: "",
    instrumentId: "",
    linkOut: undefined,
    postings: NO_POSTINGS,
    request: settle(state, head),
    rateMark: 0,
    body: { kind: "ACCOUNT_CREATED", ownerId },
  });
}

/** Limits take the place of the account's. */
export function decideSetLimits(state: OmsState, input: OmsInput, command: SetLimits): OmsEvent {
  const { head, limits } = command;
  const account = accountFor(state, input, head, true);
  if (!("limits" in account)) return account;
  if (limits === undefined) {
    return answer(state, input, head, "", { reason: "BAD_NUMBER", field: command.field, why: "OUT_OF_RANGE" });
  }
  const unknown = limits.quantityLimits.findIndex(({ instrumentId }) => !state.listings.has(instrumentId));
  if (unknown >= 0) {
    const { instrumentId } = limits.quantityLimits[unknown] as QuantityLimit;
    const field = `limits.quantity_limits[${unknown}].instrument_id`;
    return answer(state, input, head, "", { reason: "UNKNOWN_INSTRUMENT", instrumentId, field });
  }
  const now = rateClockOf(state, input.appendTime);
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId: head.accountId,
    orderId: "",
    instrumentId: "",
    linkOut: undefined,
    postings: NO_POSTINGS,
    request: settle(state, head),
    rateMark: rateMarkUnder(account.rateMark, now, limits.ordersPerSecond, limits.orderBurst),
    body: { kind: "LIMITS_SET", limits },
  });
}
