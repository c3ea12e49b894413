import { type Asked, nameOf } from "../load/asked.ts";
import { e8 } from "./e8.ts";
import { type LoggedEffect, type LogModel, requestKey } from "./log-model.ts";
import type { Losses } from "./losses.ts";

/** What requests that make no order did is what was asked for, and what their clients were told (I6, I7). */
export function checkChanges(asked: readonly Asked[], log: LogModel, losses: Losses): void {
  const rule = losses.rule("I7", "requests came to what their clients were told");
  const sent = new Map(asked.map((one) => [requestKey(one.accountId, one.requestId), one]));
  for (const [key, one] of sent) {
    if (one.content.kind === "submit") continue;
    const effects = log.effects.get(key) ?? [];
    if (isToldNothing(one) && effects.length > 0) {
      losses.double(rule, `${nameOf(one)} was told that nothing was done, and ${effects[0]?.eventId} did it`);
    }
    if (one.content.kind === "replace") checkReplace(one, effects, losses);
  }
  const once = losses.rule("I6", "requests made one order each");
  for (const [key, [first]] of log.effects) {
    if (first?.replace === undefined) continue;
    if (sent.get(key)?.content.kind !== "replace")
      losses.double(once, `nobody asked for what ${first.eventId} replaces`);
  }
}

/** One sent again much later may be done again (S18), to the same terms. */
function checkReplace(asked: Asked, effects: readonly LoggedEffect[], losses: Losses): void {
  const rule = losses.rule("I7", "requests came to what their clients were told");
  const { content, settled } = asked;
  if (content.kind !== "replace") return;
  if (effects.length === 0 && settled.some(({ kind }) => kind === "ORDER")) {
    losses.lose(rule, `${nameOf(asked)} was told as done, and the log has it not`);
  }
  for (const { eventId, orderId, replace } of effects) {
    const { terms, before } = replace ?? {};
    const isSame = (asked: string, stood: string | undefined, logged: string | undefined) =>
      e8(asked || (stood ?? "")) === e8(logged ?? "");
    const isAsAsked =
      orderId === content.orderId &&
      isSame(content.quantity, before?.quantity, terms?.quantity) &&
      isSame(content.limitPrice, before?.limitPrice, terms?.limitPrice);
    if (!isAsAsked) {
      rule.broken(
        `${nameOf(asked)} asked for ${wordsOf(content)}, and ${eventId} for ${wordsOf({ orderId, ...terms })}`,
      );
    }
  }
}

function wordsOf(terms: {
  readonly orderId: string;
  readonly quantity?: string;
  readonly limitPrice?: string;
}): string {
  return `${terms.quantity || "as much"} at ${terms.limitPrice || "the same"} of ${terms.orderId}`;
}

/** Every sending was answered, and none with anything done. */
function isToldNothing({ settled, unknown, gaveUpOn }: Asked): boolean {
  const isOver = gaveUpOn !== undefined || settled.length > 0;
  return isOver && unknown === 0 && settled.every(({ kind }) => kind === "REFUSED");
}
