import { Reason, type Refusal, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { format, formatWithin, isDecimal } from "../decimal/decimal.ts";

/** The platform's own words behind an error; `undefined`: it never answered, or something between did. */
export function refusalOf(error: unknown): Refusal | undefined {
  return ConnectError.from(error).findDetails(RefusalSchema)[0];
}

/** Why a call came to nothing, in words for a person, with the numbers. */
export function wordsOfError(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return wordsOf(refusal);
  const { code, rawMessage } = ConnectError.from(error);
  if (code === Code.DeadlineExceeded) return "No answer came in time.";
  return isUnreachable(error) ? "The platform cannot be reached." : sentence(rawMessage);
}

/** The call may or may not have happened: it is to be sent again under the same request id. */
export function isUnknownOutcome(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  const reason = refusalOf(error)?.reason;
  if (reason !== undefined && reason !== Reason.OUTCOME_UNKNOWN) return code === Code.Unavailable;
  return UNKNOWN.has(code);
}

/** Nothing answered that knows the contract: no network, no server, or one that is just starting. */
export function isUnreachable(error: unknown): boolean {
  return refusalOf(error) === undefined && UNKNOWN.has(ConnectError.from(error).code);
}

export function isSignedOut(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Unauthenticated;
}

// A broken connection shows as Unknown (fetch), Canceled (aborted by the browser), Unavailable or Internal (cut body).
const UNKNOWN: ReadonlySet<Code> = new Set([
  Code.Unknown,
  Code.Canceled,
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Internal,
]);

/** A refusal in words, with the numbers behind it as a person reads them. */
export function wordsOf(refusal: Refusal): string {
  const { facts } = refusal;
  const money = (name: string, asset = ""): string =>
    `${format(facts[name] ?? "", 2)}${asset === "" ? "" : ` ${asset}`}`;
  switch (refusal.reason) {
    case Reason.INSUFFICIENT_FUNDS:
      if (!hasDecimals(facts, "required", "available")) break;
      return `Needs ${money("required", facts.asset)}, ${money("available")} available.`;
    case Reason.NOTIONAL_OUT_OF_BOUNDS:
      if (!hasDecimals(facts, "notional", "minimum", "maximum")) break;
      return `Worth ${money("notional")}; an order here is worth ${money("minimum")} to ${money("maximum")}.`;
    case Reason.NOTIONAL_LIMIT:
      if (!hasDecimals(facts, "notional", "limit")) break;
      return `Worth ${money("notional")}; your limit for one order is ${money("limit")}.`;
    case Reason.QUANTITY_LIMIT:
      if (!hasDecimals(facts, "quantity", "limit")) break;
      return `${format(facts.quantity ?? "")} is above your limit of ${format(facts.limit ?? "")} for one order.`;
    case Reason.OFF_TICK:
      if (!hasDecimals(facts, "price", "tick")) break;
      return `Prices here go in steps of ${facts.tick}.`;
    case Reason.OFF_LOT:
      if (!hasDecimals(facts, "quantity", "lot")) break;
      return `Quantities here go in steps of ${facts.lot}.`;
    case Reason.WOULD_TAKE:
      return "Post-only, and at this price it would have traded at once.";
  }
  return sentence(refusal.message);
}

function hasDecimals(facts: Readonly<Record<string, string>>, ...names: readonly string[]): boolean {
  return names.every((name) => isDecimal(facts[name] ?? ""));
}

function sentence(message: string): string {
  const text = formatWithin(message.trim());
  if (text === "") return "Refused without a word.";
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
