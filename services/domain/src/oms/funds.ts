import type { Account } from "../account/account.ts";
import { Posting } from "../ledger/posting.ts";
import { fundsRefusal } from "../limits/assess.ts";
import type { OmsRefusal } from "../limits/refusal.ts";
import { parseAmount } from "../money/amount.ts";
import type { Listing } from "../order/listing.ts";
import { checkRequest, REPEATED } from "./check-request.ts";
import { answer, linkTo, makeEvent, settle } from "./make-event.ts";
import type { AllotToVenue, CommandHead, MoveFunds, OmsInput } from "./oms-command.ts";
import type { FundsMoved, LinkOut, OmsEvent } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** The largest amount that the contract can say: 18 digits and 8 decimals. */
const MAX_AMOUNT_MINOR = 99_999_999_999_999_999_999_999_999n;

/** Money comes in or goes out. */
export function decideFunds(state: OmsState, input: OmsInput, command: MoveFunds): OmsEvent {
  const { head, asset } = command;
  const account = accountFor(state, input, head, true);
  if (!("limits" in account)) return account;
  if (!state.assets.has(asset)) {
    return answer(state, input, head, "", { reason: "UNKNOWN_ASSET", asset, field: "amount.asset" });
  }
  const amount = readAmount(command.amount, "amount.amount");
  if (typeof amount !== "bigint") return answer(state, input, head, "", amount);
  const deposits = command.kind === "DEPOSIT";
  const refusal = deposits ? rangeRefusal(state, asset, amount) : fundsRefusal(account, asset, amount, "amount.amount");
  if (refusal !== undefined) return answer(state, input, head, "", refusal);
  const posting = deposits
    ? new Posting(asset, "EXTERNAL", "AVAILABLE", amount, "DEPOSIT")
    : new Posting(asset, "AVAILABLE", "EXTERNAL", amount, "WITHDRAWAL");
  return moved(state, input, head, deposits ? "DEPOSIT" : "WITHDRAWAL", "", [posting], undefined);
}

/** A house account's funds become those of its instrument's participants: reserved here, and told to the venue. */
export function decideAllot(state: OmsState, input: OmsInput, command: AllotToVenue): OmsEvent {
  const { head, instrumentId } = command;
  const account = accountFor(state, input, head, false);
  if (!("limits" in account)) return account;
  const listing = state.listings.get(instrumentId);
  if (listing === undefined) return answer(state, input, head, "", { reason: "UNKNOWN_INSTRUMENT", instrumentId });
  const postings = allotmentPostings(account, listing, command);
  if ("reason" in postings) return answer(state, input, head, "", postings);
  const { destination } = state.routes.of(instrumentId);
  return moved(state, input, head, "ALLOTMENT", instrumentId, postings, linkTo(state, destination));
}

/** The account of a command that has climbed the first rungs, or its answer. */
export function accountFor(
  state: OmsState,
  input: OmsInput,
  head: CommandHead,
  needsEvidence: boolean,
): Account | OmsEvent {
  const first = checkRequest(state, input, head, needsEvidence);
  if (first === REPEATED) return answer(state, input, head, "", undefined);
  if (first !== undefined) return answer(state, input, head, "", first);
  const { accountId } = head;
  return state.accounts.get(accountId) ?? answer(state, input, head, "", { reason: "UNKNOWN_ACCOUNT", accountId });
}

function moved(
  state: OmsState,
  input: OmsInput,
  head: CommandHead,
  movement: FundsMoved["movement"],
  instrumentId: string,
  postings: readonly Posting[],
  linkOut: LinkOut | undefined,
): OmsEvent {
  return makeEvent(state, input, {
    commandId: head.commandId,
    accountId: head.accountId,
    orderId: "",
    instrumentId,
    linkOut,
    postings,
    request: settle(state, head),
    rateMark: 0,
    body: { kind: "FUNDS_MOVED", movement },
  });
}

function allotmentPostings(account: Account, listing: Listing, command: AllotToVenue): Posting[] | OmsRefusal {
  const { baseAsset, quoteAsset } = listing.instrument;
  const postings: Posting[] = [];
  for (const { asset, amount } of command.amounts) {
    const minor = readAmount(amount, "amounts");
    if (typeof minor !== "bigint") return minor;
    const isOther = asset !== baseAsset && asset !== quoteAsset;
    if (isOther || postings.some((posting) => posting.asset === asset)) {
      return { reason: "FIELD_NOT_USED", field: "amounts", because: "an allotment is of base and quote, each once" };
    }
    const refusal = fundsRefusal(account, asset, minor, "amounts");
    if (refusal !== undefined) return refusal;
    postings.push(new Posting(asset, "AVAILABLE", "RESERVED", minor, "ALLOTMENT"));
  }
  return postings.length === 0 ? { reason: "MISSING_FIELD", field: "amounts" } : postings;
}

/** An amount above zero in smallest units, or why the field holds none. */
function readAmount(text: string, field: string): bigint | OmsRefusal {
  const minor = parseAmount(text);
  if (minor === "TOO_MANY_DECIMALS") return { reason: "BAD_NUMBER", field, why: "OFF_STEP" };
  if (typeof minor === "string") return { reason: "BAD_NUMBER", field, why: minor };
  return minor > 0n ? minor : { reason: "BAD_NUMBER", field, why: "NOT_POSITIVE" };
}

/** All that was ever paid in stays within what can be said. */
function rangeRefusal(state: OmsState, asset: string, amountMinor: bigint): OmsRefusal | undefined {
  return state.totals.depositedMinor(asset) + amountMinor > MAX_AMOUNT_MINOR
    ? { reason: "AMOUNT_OUT_OF_RANGE", asset }
    : undefined;
}
