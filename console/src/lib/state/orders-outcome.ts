import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { compare } from "../decimal/decimal.ts";
import { refusalOf, wordsOfError } from "../rpc/refusal.ts";
import { isFinal } from "./open-orders.ts";
import type { RequestOutcome, StagedRequest } from "./orders-requests.ts";

const DONE: RequestOutcome = { kind: "done" };

/** What an order, as it stands, says of a cancel that was asked for; `undefined` for the order: it is open no more. */
export function cancelTold(order: Order | undefined): RequestOutcome | undefined {
  if (order === undefined || order.status === OrderStatus.PENDING_CANCEL) return DONE;
  return isFinal(order) ? cancelOfEnded(order.status) : undefined;
}

/** What an order, as it stands, says of a change that was asked for. Empty: that was to stay. */
export function changeTold(order: Order | undefined, quantity: string, limitPrice: string): RequestOutcome | undefined {
  if (order === undefined) return refused("It is open no more.");
  if (order.refusal?.reason === Reason.REPLACED_TO_FILLED) return DONE;
  if (isFinal(order)) return refused(endedWords(order.status));
  // Whose change is pending, an order does not say.
  if (order.status === OrderStatus.PENDING_REPLACE || order.status === OrderStatus.PENDING_CANCEL) return undefined;
  return isAs(order.quantity, quantity) && isAs(order.limitPrice, limitPrice) ? DONE : undefined;
}

/** What an answer says of a change: an order that works on as it did was not changed, whatever it was asked. */
export function changeAnswered(order: Order, quantity: string, limitPrice: string): RequestOutcome {
  const isWorking = order.status === OrderStatus.LIVE || order.status === OrderStatus.PARTIALLY_FILLED;
  const told = changeTold(order, quantity, limitPrice);
  return told ?? (isWorking ? refused("The venue did not take the change.") : DONE);
}

/** Who wanted an order cancelled has what they wanted if it is, whoever did it. */
export function cancelRefused(error: unknown): RequestOutcome {
  const status = closedStatus(error);
  return status === undefined ? refused(wordsOfError(error)) : cancelOfEnded(status);
}

export function changeRefused(error: unknown): RequestOutcome {
  const status = closedStatus(error);
  if (status !== undefined) return refused(endedWords(status));
  const isStale = refusalOf(error)?.reason === Reason.STALE_VERSION;
  return refused(isStale ? "It has changed meanwhile: look at it again." : wordsOfError(error));
}

/** Why a change did not come about, or is not known to have; empty: it did, or somebody else is told. */
export function problemOf(outcome: RequestOutcome): string {
  if (outcome.kind === "refused") return outcome.words;
  if (outcome.kind === "busy") return "The change before is not answered yet.";
  return outcome.kind === "unknown" ? "No answer came: it is not known whether the order was changed." : "";
}

/** Where something that was asked of an order stands. */
export function stageWords({ kind, stage }: StagedRequest): string {
  const what = kind === "cancel" ? "Cancel" : "Change";
  if (stage === "unanswered") return `${what} not answered`;
  return stage === "again" ? `${what} sent again` : `${what} sent`;
}

export function stageTitle({ stage }: StagedRequest): string {
  if (stage === "sent") return "On its way to the platform";
  if (stage === "again") return "No answer came. It is sent again under the same id, and happens once however often.";
  return "No answer came: it is not known whether it happened. Asked for again, it happens once.";
}

function cancelOfEnded(status: OrderStatus): RequestOutcome {
  return status === OrderStatus.CANCELED ? DONE : refused(endedWords(status));
}

function refused(words: string): RequestOutcome {
  return { kind: "refused", words };
}

const ENDED: Partial<Record<OrderStatus, string>> = {
  [OrderStatus.FILLED]: "It is filled already.",
  [OrderStatus.CANCELED]: "It is cancelled already.",
  [OrderStatus.EXPIRED]: "It has expired already.",
  [OrderStatus.REJECTED]: "It was refused.",
};

function endedWords(status: OrderStatus): string {
  return ENDED[status] ?? "It is open no more.";
}

/** How the order of a refused request has ended; `undefined`: that is not why it was refused. */
function closedStatus(error: unknown): OrderStatus | undefined {
  const refusal = refusalOf(error);
  if (refusal?.reason !== Reason.ORDER_CLOSED) return undefined;
  const name = (refusal.facts.status ?? "").replace(/^ORDER_STATUS_/, "");
  return OrderStatus[name as keyof typeof OrderStatus] ?? OrderStatus.UNSPECIFIED;
}

function isAs(decimal: string, wanted: string): boolean {
  return wanted === "" || (decimal !== "" && compare(decimal, wanted) === 0);
}
