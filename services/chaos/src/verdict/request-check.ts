import { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { type Answer, type Asked, nameOf } from "../load/asked.ts";
import type { ClientBook } from "../load/client-book.ts";
import { differenceOf } from "../load/order-state.ts";
import { e8 } from "./e8.ts";
import { type LogModel, movementKey, requestKey } from "./log-model.ts";
import type { Losses } from "./losses.ts";

/** Every request was answered, has on the log what its client was told, and that once (I6, I7). */
export function checkRequests({ asked, broken }: ClientBook, log: LogModel, losses: Losses): void {
  const answers = losses.rule("S22", "answers fit what their clients had been told");
  answers.see(asked.length);
  for (const text of broken) answers.broken(text);
  const sent = new Set<string>();
  for (const one of asked) {
    if (one.content.kind === "submit") {
      sent.add(requestKey(one.accountId, one.requestId));
      checkSubmit(one, log, losses);
    }
    const rule = losses.rule("I7", "requests came to what their clients were told");
    rule.see();
    if (one.answeredAt === 0) rule.broken(`${nameOf(one)} was never answered: ${one.openFor}`);
  }
  const once = losses.rule("I6", "requests made one order each");
  for (const [key, orderIds] of log.byRequest) {
    once.see();
    if (!sent.has(key)) losses.double(once, `nobody asked for order ${orderIds[0]}`);
    if (orderIds.length > 1) losses.double(once, `${key.replace("\n", " ")} made ${orderIds.join(" and ")}`);
  }
  checkMovements(asked, log, losses);
}

function checkSubmit(asked: Asked, log: LogModel, losses: Losses): void {
  const rule = losses.rule("I7", "requests came to what their clients were told");
  const told = new Set(asked.settled.map(orderIdOf).filter((orderId) => orderId !== ""));
  if (told.size > 1) losses.double(rule, `${nameOf(asked)} was answered with ${[...told].join(" and ")}`);
  const [orderId] = told;
  if (orderId === undefined) return checkNothing(asked, log, losses);
  const logged = log.orders.get(orderId);
  if (logged === undefined) return losses.lose(rule, `${nameOf(asked)} was told ${orderId}, which the log has not`);
  const { order, states } = logged;
  const isRejected = states[0]?.status === OrderStatus.REJECTED;
  if (order.requestId !== asked.requestId || order.accountId !== asked.accountId) {
    rule.broken(`${nameOf(asked)} was told ${orderId}, which is that of ${order.requestId}`);
  }
  const isRefused = asked.settled.some(({ kind }) => kind === "REFUSED");
  if (isRefused && !isRejected) rule.broken(`${orderId} was refused, and stands on the log`);
  if (!isRefused && isRejected) rule.broken(`${orderId} was told as made, and is refused`);
  if (asked.content.kind !== "submit") return;
  const { instrumentId, side, quantity = "", limitPrice = "" } = asked.content.order;
  const isSame = order.instrumentId === instrumentId && order.side === side;
  if (!isSame || e8(order.quantity) !== e8(quantity) || e8(order.limitPrice) !== e8(limitPrice)) {
    rule.broken(`${orderId} has other terms than ${nameOf(asked)}`);
  }
}

/** Told for good that nothing came of it, a client makes it anew; told that nothing was done, it may leave it at that: then none may stand. */
function checkNothing(asked: Asked, log: LogModel, losses: Losses): void {
  if (asked.gaveUpOn === undefined && !asked.settled.some(({ kind }) => kind === "REFUSED")) return;
  const rule = losses.rule("I7", "requests came to what their clients were told");
  for (const orderId of log.byRequest.get(requestKey(asked.accountId, asked.requestId)) ?? []) {
    const isRejected = log.orders.get(orderId)?.states[0]?.status === OrderStatus.REJECTED;
    if (isRejected) continue;
    const why = asked.gaveUpOn ?? "refused for good";
    losses.double(rule, `${nameOf(asked)} was told ${why}, without an order, and ${orderId} stands`);
  }
}

/** Funds moved as often as clients were told that they did. */
function checkMovements(asked: readonly Asked[], log: LogModel, losses: Losses): void {
  const rule = losses.rule("I7", "requests came to what their clients were told");
  const due = new Map<string, { least: number; most: number }>();
  for (const { accountId, content, settled, answeredAt } of asked) {
    if (content.kind !== "deposit" && content.kind !== "withdraw") continue;
    const key = movementKey(accountId, content.asset, content.kind === "deposit" ? "+" : "-", content.amount);
    const { least, most } = due.get(key) ?? { least: 0, most: 0 };
    const done = settled.some(({ kind }) => kind === "DONE") ? 1 : 0;
    // What nobody was told may have happened or not.
    due.set(key, { least: least + done, most: most + (answeredAt === 0 ? 1 : done) });
  }
  for (const key of new Set([...due.keys(), ...log.movements.keys()])) {
    const { least, most } = due.get(key) ?? { least: 0, most: 0 };
    const found = log.movements.get(key) ?? 0;
    if (found < least) losses.lose(rule, `${key}: told as done, the log has it ${found} times`);
    if (found > most) losses.double(rule, `${key}: done ${most} times at most, the log has it ${found} times`);
  }
}

/** What clients were told of orders and fills is what stands on the log, version by version (I5, I7). */
export function checkTold({ told, fills, sessions }: ClientBook, log: LogModel, losses: Losses): void {
  const rule = losses.rule("I5", "states of orders that clients were told stand on the log");
  for (const [orderId, states] of told) {
    const logged = log.orders.get(orderId);
    for (const told of states) {
      const { version } = told;
      rule.see();
      const state = logged?.states[version - 1];
      if (state === undefined) losses.lose(rule, `${orderId} was told at version ${version}, which the log has not`);
      else {
        const difference = differenceOf(told, state);
        if (difference !== "") rule.broken(`${orderId} at version ${version} was told with ${difference}`);
      }
    }
  }
  const told8 = losses.rule("I8", "fills that sessions told stand on the log");
  for (const { executionId, orderId, price, quantity } of fills.values()) {
    told8.see();
    const fill = log.fills.get(executionId)?.fill;
    if (fill === undefined) losses.lose(told8, `fill ${executionId} was told, and the log has it not`);
    else if (fill.orderId !== orderId || e8(fill.price) !== e8(price) || e8(fill.quantity) !== e8(quantity)) {
      told8.broken(`fill ${executionId} was told as ${quantity} at ${price} of ${orderId}`);
    }
  }
  checkComplete(fills, sessions, log, losses);
}

/** Sessions go on where they were: in the end they have told every fill of their accounts (I19). */
function checkComplete(
  told: ClientBook["fills"],
  sessions: ClientBook["sessions"],
  log: LogModel,
  losses: Losses,
): void {
  const rule = losses.rule("I19", "fills of accounts that trade on sessions were told on them");
  for (const [executionId, { accountId, sequence }] of log.fills) {
    if (sequence <= (sessions.get(accountId) ?? Number.POSITIVE_INFINITY)) continue;
    rule.see();
    if (!told.has(executionId)) losses.lose(rule, `fill ${executionId} of ${accountId} was not told on its session`);
  }
}

function orderIdOf(answer: Answer): string {
  if (answer.kind === "ORDER") return answer.order.orderId;
  return answer.kind === "REFUSED" ? answer.orderId : "";
}
